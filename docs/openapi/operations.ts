/** Every endpoint with what it takes and all that it can answer: the document is written from this, and tests hold the wire to it. */
import { z } from 'zod';
import {
  Enrolled,
  Issued,
  LiveWritsAnswer,
  Metadata,
  Permissions,
  ReceiptsAnswer,
  Revoked,
  StatusAnswer,
} from './answers.ts';
import { type FormName, formOf } from './form.ts';
import { refusalBody, STATUSES, Unavailable, WrongMethod } from './refusals.ts';

export interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly form: z.ZodType | null;
  /** What the path names, where it has `{id}`. */
  readonly names?: string;
  readonly answers: readonly DocumentedAnswer[];
}

export interface DocumentedAnswer {
  readonly status: number;
  readonly says: string;
  readonly body: z.ZodType;
  /** Names of headers that it has beside those that every answer has; `?` behind those that it may have. */
  readonly headers: readonly string[];
  /** API Gateway's own answer, which has none of our headers. */
  readonly byGateway?: true;
}

const ok = (says: string, body: z.ZodType, headers: readonly string[] = ['DPoP-Nonce']) => ({
  status: 200,
  says,
  body,
  headers,
});

const ALWAYS: readonly DocumentedAnswer[] = [
  { status: 405, says: 'Another method.', body: WrongMethod, headers: ['Allow'] },
  {
    status: 503,
    says: 'A fault of the broker: nothing has been issued.',
    body: Unavailable,
    headers: ['Retry-After'],
  },
];

const SAYS: { readonly [status: number]: string } = {
  400: 'Refused (RFC 6749 §5.2, RFC 8693 §2.2.2, RFC 9449 §5, RFC 9396 §5).',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is no form in UTF-8.',
};

const refusals: readonly DocumentedAnswer[] = STATUSES.map((status) => ({
  status,
  says: SAYS[status] ?? 'Refused.',
  body: refusalBody(status),
  headers: [status === 400 ? 'DPoP-Nonce' : 'DPoP-Nonce?'],
}));

const post = (endpoint: FormName, summary: string, answer: DocumentedAnswer): Operation => ({
  method: 'post',
  path: `/${endpoint}`,
  id: endpoint,
  summary,
  form: formOf(endpoint),
  answers: [answer, ...refusals, ...ALWAYS],
});

export const OPERATIONS: readonly Operation[] = [
  post(
    'token',
    'Exchanges a user’s and an agent’s token for AWS credentials (RFC 8693).',
    ok('The secret, and what was granted with it.', Issued),
  ),
  post(
    'permissions',
    'Lists what this user, device and agent may ask for.',
    ok('Permissions by name.', Permissions),
  ),
  post(
    'enroll',
    'Vouches for the key of the proof, for whoever has just signed in.',
    ok('An attestation for the key.', Enrolled),
  ),
  post(
    'revoke',
    'Ends, blocks or lifts (RFC 7009). `POST /responder/revoke` takes the same form with an AWS signature, and no proof.',
    ok('How many live sessions are being ended; nothing was where there is no `revocation`.', Revoked),
  ),
  post(
    'writs',
    'Lists the sessions that are live, of those that the reader may know of. `POST /responder/writs` takes the same form ' +
      'with an AWS signature, and no token or proof.',
    ok('A page of them.', LiveWritsAnswer),
  ),
  post(
    'status',
    'Says how well the ending of sessions is enforced in each account. `POST /responder/status` takes an AWS signature, ' +
      'and no token or proof.',
    ok('The accounts.', StatusAnswer),
  ),
  {
    method: 'get',
    path: '/.well-known/oauth-authorization-server',
    id: 'metadata',
    summary: 'Authorization server metadata (RFC 8414).',
    form: null,
    answers: [ok('The metadata.', Metadata, []), ...ALWAYS],
  },
  {
    method: 'get',
    path: '/receipts/{id}',
    id: 'receipts',
    summary:
      'Proofs that the records of a writ, revocation, enrolment or forgetting are in the evidence log: hashes only. Takes ' +
      'an AWS signature, and no token or proof.',
    form: null,
    names: 'Id of the writ, revocation, enrolment or forgetting.',
    answers: [
      ok('The newest checkpoint, and a proof for each record.', ReceiptsAnswer, []),
      {
        status: 403,
        says: 'No signature of somebody whom IAM lets ask: API Gateway’s answer.',
        body: z.object({ message: z.string() }),
        headers: [],
        byGateway: true,
      },
      {
        status: 404,
        says: 'None of that id is in a published checkpoint: there is none, or it is not there yet.',
        body: z.strictObject({ error: z.literal('not_found') }),
        headers: [],
      },
      ...ALWAYS,
    ],
  },
];

/** Headers of every answer (RFC 6749 §5.1, and so that no browser makes more of it than JSON). */
export const EVERY_ANSWER: { readonly [name: string]: z.ZodType } = {
  'Cache-Control': z.literal('no-store'),
  Pragma: z.literal('no-cache'),
  'X-Content-Type-Options': z.literal('nosniff'),
};

/** Headers of some answers. */
export const SOME_ANSWERS: { readonly [name: string]: z.ZodType } = {
  'DPoP-Nonce': z
    .string()
    .regex(/^[0-9a-z]+\.[\w-]{43}$/)
    .describe('For the next proof (RFC 9449 §8.2).'),
  Allow: z.enum(['GET', 'POST']),
  'Retry-After': z
    .string()
    .regex(/^[0-9]+$/)
    .describe('Seconds.'),
};
