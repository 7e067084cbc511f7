import * as z from 'zod/mini';
import { ACCOUNT_ID } from '../core/aws-names.ts';
import type { Details } from '../core/request.ts';
import {
  type ACCESS_TOKEN,
  AWS_CREDENTIALS,
  type ID_TOKEN,
  JWT,
  TOKEN_EXCHANGE,
} from '../core/tokens/token-types.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { askBroker, type BrokerCall, type Network } from './broker.ts';
import { answerMalformed } from './broker-failure.ts';
import type { DeviceKey } from './device-key.ts';
import { parseJson } from './json.ts';
import { enrolledActorToken } from './proofs.ts';

/** Who asks, on whose authority and from which device: what an exchange and a list of permissions have in common. */
export interface Asker {
  /** The broker's issuer, which is its public URL: audience of an enrolled actor's token. */
  readonly issuer: string;
  readonly key: DeviceKey;
  readonly subject: SubjectShown;
  readonly actor: { readonly agent: string } | { readonly token: string };
  readonly attestation: string | null;
}

/** One exchange, as the wire has it (architecture, section 3; RFC 8693 §2.1). */
export interface ExchangeRequest extends Asker {
  readonly token_endpoint: string;
  readonly details: Details;
}

/** The user's token and what ties it to this device. */
export interface SubjectShown {
  readonly token: string;
  readonly type: typeof ID_TOKEN | typeof ACCESS_TOKEN;
  /** The opening of the nonce; null: the token is bound in another way. */
  readonly rnd: string | null;
  /** The original ID token, where the one shown lacks our nonce. */
  readonly first: string | null;
}

/** What `credential_process` prints: AWS spells the members. */
type ProcessCredentials = z.output<typeof CREDENTIALS>;

export interface Issued {
  readonly writ: string;
  readonly credentials: ProcessCredentials;
  /** Whole seconds. */
  readonly expires_in: number;
}

/** The subject's share of a form, the same at every endpoint. */
export const subjectForm = (subject: SubjectShown): { readonly [parameter: string]: string } => ({
  subject_token: subject.token,
  subject_token_type: subject.type,
  ...(subject.rnd === null ? {} : { binding: bindingParameter(subject.rnd, subject.first) }),
});

const bindingParameter = (rnd: string, first: string | null): string =>
  Buffer.from(JSON.stringify(first === null ? { rnd } : { rnd, first })).toString('base64url');

/** The exchange as a call that can still be looked at, changed or sent. */
export const exchangeCall = (request: ExchangeRequest): BrokerCall =>
  askersCall(request.token_endpoint, request, {
    authorization_details: JSON.stringify([{ type: 'aws_session', ...request.details }]),
  });

/** A call in the name of user, agent and device. */
export const askersCall = (
  endpoint: string,
  { actor, key, issuer, subject, attestation }: Asker,
  rest: { readonly [parameter: string]: string } = {},
): BrokerCall => ({
  endpoint,
  key,
  attestation,
  form: async (nonce, now) =>
    new URLSearchParams({
      grant_type: TOKEN_EXCHANGE,
      ...subjectForm(subject),
      actor_token:
        'token' in actor
          ? actor.token
          : await enrolledActorToken(key, { agent: actor.agent, aud: issuer, nonce, now }),
      actor_token_type: JWT,
      ...rest,
    }),
});

/**
 * Exchanges user, agent and device for a session.
 *
 * @throws Failure: exit 2 or 1 for a refusal, 4 for a fault or an answer that is none.
 */
export async function exchange(request: ExchangeRequest, network: Network): Promise<Issued> {
  const issued = parseIssued(await askBroker(exchangeCall(request), network));
  if (issued === null) throw answerMalformed('The broker gave no credentials.');
  return issued;
}

const WORD = z.string().check(z.regex(/^(?:[\x21-\x7e]{1,8192})$/));
export const CREDENTIALS = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().check(z.regex(/^(?:\w{16,128})$/)),
  SecretAccessKey: WORD,
  SessionToken: WORD,
  Expiration: z.string().check(z.regex(/^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)$/)),
  AccountId: z.string().check(z.regex(ACCOUNT_ID)),
});
const ANSWER = z.object({
  access_token: z.string(),
  issued_token_type: z.literal(AWS_CREDENTIALS),
  token_type: z.literal('N_A'),
  expires_in: z.number().check(z.int(), z.positive()),
  writ: z.string().check(z.regex(WRIT_ID)),
});

function parseIssued(text: string): Issued | null {
  const answer = parseJson(text, ANSWER);
  if (answer === null) return null;
  const credentials = parseJson(Buffer.from(answer.access_token, 'base64url').toString('utf8'), CREDENTIALS);
  if (credentials === null) return null;
  return { writ: answer.writ, credentials, expires_in: answer.expires_in };
}
