/** The forms of `POST /token`, `/permissions` and `/enroll`, as `core/parse.ts` reads them. */
import { z } from 'zod';
import { MAX_JTI_CHARS, MAX_RND_BYTES, MAX_TOKEN_CHARS, MIN_RND_BYTES } from '../../core/limits.ts';
import type { Parameter } from '../../core/parse/form.ts';
import type { Endpoint } from '../../core/parse.ts';
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
  scope: z.never().describe('Cannot be asked for.'),
  audience: z.string().describe('The broker’s own public URL, or absent.'),
  resource: z.string().describe('The broker’s own public URL, or absent.'),
};

/** What a request must have; the other parameters it may have. */
export const REQUIRED: { readonly [E in Endpoint]: readonly Parameter[] } = {
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
};

/** `scope` has no value that is taken; the rest an endpoint does not read is ignored (RFC 6749 §3.2). */
const NOT_READ: { readonly [E in Endpoint]: readonly Parameter[] } = {
  token: ['scope'],
  permissions: ['scope', 'authorization_details'],
  enroll: ['scope', 'authorization_details', 'actor_token', 'actor_token_type'],
};

export function formOf(endpoint: Endpoint): z.ZodType {
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
