/** The prober's requests, as any agent's: a form, a proof over it, and the attestation that enrolling gave. */
import { AWS_CREDENTIALS, ID_TOKEN, JWT, TOKEN_EXCHANGE } from '../tokens/token-types.ts';
import { PROBE_PERMISSION, PROBER, type ProbePlan } from './plan.ts';
import type { ProbeAnswer, ProbePorts } from './ports.ts';
import { actorToken, type ProbeKey, proof } from './tokens.ts';

/** Whole seconds: longer than a probe may take, so that no deadline is mistaken for a revocation. */
export const PROBE_SECONDS = 300;

/** One probe's belongings. Nothing of it outlives the invocation. */
export interface Prober {
  readonly plan: ProbePlan;
  /** The broker's, without a trailing slash. */
  readonly publicUrl: string;
  readonly key: ProbeKey;
  /** Opening of the ID token's nonce, base64url. */
  readonly rnd: string;
  /** The server's newest nonce; empty before the first answer. */
  nonce: string;
}

/** Sends a form with a proof over it, and remembers the nonce that comes back (RFC 9449 §8.2). */
export async function post(
  path: string,
  form: { readonly [parameter: string]: string },
  prober: Prober,
  ports: Pick<ProbePorts, 'send' | 'random' | 'clock'>,
  attestation?: string,
): Promise<ProbeAnswer | null> {
  const url = prober.publicUrl + path;
  const body = new URLSearchParams(form).toString();
  const dpop = await proof(prober.key, {
    ...{ htu: url, body, jti: id(ports), nonce: prober.nonce, now: seconds(ports) },
  });
  const answer = await ports.send(url, body, {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    dpop,
    ...(attestation === undefined ? {} : { 'oauth-client-attestation': attestation }),
  });
  if (answer !== null && answer.nonce !== null) prober.nonce = answer.nonce;
  return answer;
}

/** The user's share of a form. */
export const subjectForm = (token: string, rnd: string) => ({
  subject_token: token,
  subject_token_type: ID_TOKEN,
  binding: Buffer.from(JSON.stringify({ rnd })).toString('base64url'),
});

/** `POST /token`. @param agent - Another than the prober's own is nobody that the configuration knows. */
export async function askForSession(
  asked: { readonly subject: string; readonly attestation: string; readonly agent?: string },
  prober: Prober,
  ports: Pick<ProbePorts, 'send' | 'random' | 'clock'>,
): Promise<ProbeAnswer | null> {
  const { plan, publicUrl, key, rnd, nonce } = prober;
  const { subject, attestation, agent = PROBER } = asked;
  const now = seconds(ports);
  const actor_token = await actorToken(key, { agent, aud: publicUrl, jti: id(ports), nonce, now });
  const details = {
    ...{ type: 'aws_session', permission: PROBE_PERMISSION, account: plan.account.account },
    ...{ task: PROBE_PERMISSION, purpose: 'Synthetic: a probe, and no person.', duration: PROBE_SECONDS },
  };
  return post(
    '/token',
    {
      ...{ grant_type: TOKEN_EXCHANGE, requested_token_type: AWS_CREDENTIALS },
      ...subjectForm(subject, rnd),
      ...{ actor_token, actor_token_type: JWT, authorization_details: JSON.stringify([details]) },
    },
    prober,
    ports,
    attestation,
  );
}

/** `POST /revoke`, by the key that got the writ (decision 4): it needs nobody's token, and can end nothing else. */
export const askToEnd = (
  writ: string,
  prober: Prober,
  ports: Pick<ProbePorts, 'send' | 'random' | 'clock'>,
): Promise<ProbeAnswer | null> =>
  post(
    '/revoke',
    {
      ...{ token: writ, token_type_hint: 'writ', mode: 'end' },
      ...{ reason: 'Synthetic: a probe ends its own session.', request_id: `probe-${writ}` },
    },
    prober,
    ports,
  );

const id = ({ random }: Pick<ProbePorts, 'random'>): string => Buffer.from(random(16)).toString('base64url');

const seconds = ({ clock }: Pick<ProbePorts, 'clock'>): number => Math.floor(clock() / 1000);
