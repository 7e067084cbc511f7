/** What each endpoint answers. Closed: a field that is not listed fails every test that goes over the wire. */
import { z } from 'zod';
import type { Enrolment } from '../../core/enroll.ts';
import { ENROLMENT_SECONDS, MAX_CHAINED_SECONDS } from '../../core/limits.ts';
import type { metadata } from '../../core/metadata.ts';
import type { Listed } from '../../core/permissions.ts';
import type { ParameterType } from '../../core/policy/bundle.ts';
import { AWS_CREDENTIALS, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import { WRIT_ID } from '../../core/writ-id.ts';
import { GrantedDetails } from './details.ts';

export const Writ = z.string().regex(WRIT_ID).describe('Id of the record that this request left.');

/** RFC 8693 §2.2.1. */
export const Issued = z.strictObject({
  access_token: z
    .string()
    .regex(/^[\w-]+$/)
    .describe(
      'base64url of what `credential_process` prints: JSON with Version, AccessKeyId, SecretAccessKey, ' +
        'SessionToken, Expiration (the deadline) and AccountId.',
    ),
  issued_token_type: z.literal(AWS_CREDENTIALS),
  token_type: z.literal('N_A'),
  expires_in: z.int().min(1).max(MAX_CHAINED_SECONDS).describe('Seconds.'),
  writ: Writ,
  authorization_details: GrantedDetails,
});

const plain = <T extends Exclude<ParameterType['type'], 'enum'>>(type: T) =>
  z.strictObject({ type: z.literal(type) });

const Parameter = z.discriminatedUnion('type', [
  plain('segment'),
  plain('path'),
  plain('account'),
  plain('region'),
  plain('uuid'),
  z.strictObject({ type: z.literal('enum'), values: z.array(z.string()) }),
]);

const listed = {
  permission: z.string(),
  description: z.string(),
  accounts: z.array(z.string()).min(1),
  longest: z.int().describe('Seconds.'),
  parameters: z.record(z.string(), Parameter),
} satisfies { readonly [F in keyof Listed]: z.ZodType };

export const Permissions = z.strictObject({ permissions: z.array(z.strictObject(listed)) });

const enrolment = {
  client_attestation: z.string().describe('A JWT for the header OAuth-Client-Attestation.'),
  device: z.string(),
  expires_in: z.literal(ENROLMENT_SECONDS).describe('Seconds.'),
} satisfies { readonly [F in keyof Enrolment]: z.ZodType };

export const Enrolled = z.strictObject(enrolment);

const published = {
  issuer: z.url(),
  token_endpoint: z.url(),
  grant_types_supported: z.array(z.literal(TOKEN_EXCHANGE)).length(1),
  response_types_supported: z.array(z.never()),
  token_endpoint_auth_methods_supported: z.array(z.enum(['attest_jwt_client_auth_dpop', 'none'])),
  client_attestation_signing_alg_values_supported: z.array(z.string()),
  dpop_signing_alg_values_supported: z.array(z.string()),
  authorization_details_types_supported: z.array(z.literal('aws_session')).length(1),
  writ_permissions_endpoint: z.url(),
  writ_enrolment_endpoint: z.url(),
  writ_login: z
    .array(
      z.strictObject({
        alias: z.string(),
        issuer: z.string(),
        client_id: z.string(),
        scope: z.string(),
        max_age: z.int(),
      }),
    )
    .min(1)
    .describe('Where people sign in; left out where no issuer offers it.')
    .optional(),
} satisfies { readonly [F in keyof ReturnType<typeof metadata>]: z.ZodType };

/** RFC 8414 §2. */
export const Metadata = z.strictObject(published);
