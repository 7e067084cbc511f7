/** The forms of every `POST`, as `core/parse.ts` and `core/parse/` read them. */
import { z } from 'zod';
import {
  MAX_JTI_CHARS,
  MAX_REASON_CHARS,
  MAX_REQUEST_ID_CHARS,
  MAX_RND_BYTES,
  MAX_TOKEN_CHARS,
  MIN_RND_BYTES,
} from '../../core/limits.ts';
import type { Parameter } from '../../core/parse/form.ts';
import { MODES } from '../../core/parse/revocation.ts';
import type { Endpoint } from '../../core/parse.ts';
import { REVOCABLE } from '../../core/revocation/ports.ts';
import {
  ACCESS_TOKEN,
  AWS_CREDENTIALS,
  ID_TOKEN,
  JWT,
  TOKEN_EXCHANGE,
} from '../../core/tokens/token-types.ts';
import { AuthorizationDetailsText } from './details.ts';

/** Of one header, characters: API Gateway takes 10,240 bytes of headers altogether. */
const MAX_HEADER_CHARS = 4096;

/** A compact JWS (RFC 7515 §7.1). */
const token = (says: string, max = MAX_TOKEN_CHARS) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    .describe(says);

/** Every parameter that means something; a new one without a schema does not compile. */
const PARAMETERS: { readonly [P in Parameter]: z.ZodType } = {
  grant_type: z.literal(TOKEN_EXCHANGE),
  subject_token: token('The user’s ID token, or access token by RFC 9068.'),
  subject_token_type: z.enum([ID_TOKEN, ACCESS_TOKEN]),
  actor_token: token('The agent’s own token: of its platform, or signed by the device’s key.'),
  actor_token_type: z.literal(JWT),
  requested_token_type: z.literal(AWS_CREDENTIALS),
  authorization_details: AuthorizationDetailsText,
  binding: z
    .string()
    .regex(/^[\w-]+$/)
    .describe(
      `base64url(JSON {rnd, first?}): \`rnd\`, base64url of ${MIN_RND_BYTES} to ${MAX_RND_BYTES} bytes, opens the ` +
        'nonce of the ID token; `first` is the original ID token where the one shown was refreshed.',
    ),
  token: z
    .string()
    .min(1)
    .describe(
      'What to end, as its kind is spelled: the id of a writ or access key, the name of an agent or permission, the ARN of ' +
        'a role, `*` for all; users, devices and tasks as in their tags.',
    ),
  token_type_hint: z
    .enum(REVOCABLE)
    .describe('Its kind; absent: a writ, or an access key where it is spelled like one.'),
  mode: z.enum(MODES).describe('Absent: end. A single session cannot be lifted.'),
  reason: z.string().min(1).max(MAX_REASON_CHARS).describe('Why, in words.'),
  request_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(MAX_REQUEST_ID_CHARS)
    .describe('Asking again with the same is the same revocation.'),
  user: z.string().min(1).describe('Only this user’s, as in the tag.'),
  device: z
    .string()
    .min(1)
    .describe('Only this device’s, as in the tag; `writ:<thumbprint>` of its key will do.'),
  agent: z.string().min(1).describe('Only this agent’s.'),
  task: z.string().min(1).describe('Only this task’s, as in the tag.'),
  permission: z.string().min(1).describe('Only of this permission.'),
  account: z.string().min(1).describe('Only in this account: its name or number.'),
  page: z.string().min(1).describe('`next` of an earlier answer to the same question.'),
  scope: z.never().describe('Cannot be asked for.'),
  audience: z.string().describe('The broker’s own public URL, or absent.'),
  resource: z.string().describe('The broker’s own public URL, or absent.'),
};

/** Whatever takes a form. */
export type FormName = Endpoint | 'revoke' | 'writs' | 'status';

/** What a request must have; the other parameters it may have. */
export const REQUIRED: { readonly [E in FormName]: readonly Parameter[] } = {
  token: [
    'grant_type',
    'subject_token',
    'subject_token_type',
    'actor_token',
    'actor_token_type',
    'authorization_details',
  ],
  permissions: ['grant_type', 'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  enroll: ['subject_token', 'subject_token_type'],
  revoke: ['token', 'reason', 'request_id'],
  writs: ['subject_token', 'subject_token_type'],
  status: ['subject_token', 'subject_token_type'],
};

/** `scope` has no value that is taken; the rest an endpoint does not read is ignored (RFC 6749 §3.2). */
const OF_REVOCATION: readonly Parameter[] = ['token', 'token_type_hint', 'mode', 'reason', 'request_id'];
const OF_AGENT: readonly Parameter[] = ['authorization_details', 'actor_token', 'actor_token_type'];
const OF_LISTING: readonly Parameter[] = ['user', 'device', 'agent', 'task', 'permission', 'account', 'page'];
const OF_GRANT: readonly Parameter[] = [
  'scope',
  'audience',
  'resource',
  'grant_type',
  'requested_token_type',
  ...OF_AGENT,
];
const NOT_READ: { readonly [E in FormName]: readonly Parameter[] } = {
  token: ['scope', ...OF_REVOCATION, ...OF_LISTING],
  permissions: ['scope', 'authorization_details', ...OF_REVOCATION, ...OF_LISTING],
  enroll: ['scope', ...OF_AGENT, ...OF_REVOCATION, ...OF_LISTING],
  revoke: [...OF_GRANT, ...OF_LISTING],
  writs: [...OF_GRANT, ...OF_REVOCATION],
  status: [...OF_GRANT, ...OF_REVOCATION, ...OF_LISTING],
};

export function formOf(endpoint: FormName): z.ZodType {
  const read = Object.entries(PARAMETERS).filter(([name]) => !NOT_READ[endpoint].includes(name as Parameter));
  return z.looseObject(
    Object.fromEntries(
      read.map(([name, schema]) => [
        name,
        REQUIRED[endpoint].includes(name as Parameter) ? schema : schema.optional(),
      ]),
    ),
  );
}

/** Headers of a request, by name. */
export const HEADERS = {
  DPoP: {
    required: true,
    schema: token(
      `Exactly one proof (RFC 9449 §4.2), with the server’s nonce; \`jti\` of at most ${MAX_JTI_CHARS} characters; ` +
        '`bdh`, base64url(SHA-256(body)), where the permission demands it.',
      MAX_HEADER_CHARS,
    ),
  },
  'OAuth-Client-Attestation': {
    required: false,
    schema: token(
      'Who vouches for the device’s key (draft-ietf-oauth-attestation-based-client-auth, DPoP-combined mode).',
      MAX_HEADER_CHARS,
    ),
  },
} as const;
