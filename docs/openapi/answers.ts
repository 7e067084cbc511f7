/** What each endpoint answers. Closed: a field that is not listed fails every test that goes over the wire. */
import { z } from 'zod';
import type { Enrolment } from '../../core/enroll.ts';
import { ENROLMENT_SECONDS, LISTED_AT_MOST, MAX_CHAINED_SECONDS } from '../../core/limits.ts';
import type { metadata } from '../../core/metadata.ts';
import type { Listed } from '../../core/permissions.ts';
import type { ParameterType } from '../../core/policy/bundle.ts';
import type { Receipt, Receipts } from '../../core/receipts.ts';
import { RUNGS } from '../../core/revocation/ports.ts';
import type { AccountStatus, Status } from '../../core/status.ts';
import { AWS_CREDENTIALS, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import { WRIT_ID } from '../../core/writ-id.ts';
import type { LiveWrit, LiveWrits } from '../../core/writs.ts';
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

/** Unknown, over and forbidden are one answer. */
export const Revoked = z.union([
  z.strictObject({
    ended: z.int().min(0).describe('Live sessions that are being ended.'),
    revocation: z.string().regex(WRIT_ID).describe('Id of the record that this request left.'),
    also: z
      .array(z.string())
      .min(1)
      .describe('Of a device: other names of the same machine, ended, blocked or lifted with it.')
      .optional(),
  }),
  z.strictObject({ ended: z.literal(0) }),
]);

const liveWrit = {
  writ: Writ.describe('Its id.'),
  user: z.string().describe('As in the tag.'),
  device: z.string().describe('As in the tag.'),
  agent: z.string(),
  task: z.string().describe('As in the tag.'),
  permission: z.string(),
  account: z.string().describe('Its name, or its number where it has no name any more.'),
  issued_at: z.int().describe('NumericDate, by STS’s clock.'),
  deadline: z.int().describe('NumericDate.'),
  seconds_left: z.int().min(1),
  denied: z
    .boolean()
    .describe(
      'An active revocation covers it. Whether AWS was seen to refuse stands in the revocation’s record.',
    ),
} satisfies { readonly [F in keyof LiveWrit]: z.ZodType };

export const LiveWritsAnswer = z.strictObject({
  writs: z.array(z.strictObject(liveWrit)).max(LISTED_AT_MOST).describe('Soonest deadline first.'),
  next: z
    .string()
    .regex(/^[\w.-]+$/)
    .nullable()
    .describe(
      'For `page`, to go on; a page may be short, or empty, and have a next one. `null`: that was all.',
    ),
} satisfies { readonly [F in keyof LiveWrits]: z.ZodType });

const verified = {
  at: z.int().describe('NumericDate.'),
  age: z.int().min(0).describe('Seconds since then.'),
  version: z.string().describe('Of the deny policy.'),
  rung: z.enum(RUNGS).describe('How much the widest of its statements denies.'),
  entries: z.int().min(0),
  characters: z.int().min(0).describe('Of the deny policy’s document.'),
  direct_denies: z.array(z.string()).describe('Denies that responders attached themselves.'),
} satisfies { readonly [F in keyof NonNullable<AccountStatus['verified']>]: z.ZodType };

const within = {
  p50: z.number().min(0),
  p99: z.number().min(0),
  measurements: z.int().min(1),
} satisfies { readonly [F in keyof NonNullable<AccountStatus['enforced_within']>]: z.ZodType };

const accountStatus = {
  account: z.string(),
  id: z.string().describe('Twelve digits.'),
  verified: z
    .strictObject(verified)
    .nullable()
    .describe('When its deny policy was last seen to be in force; `null`: never, and no writ is issued.'),
  enforced_within: z
    .strictObject(within)
    .nullable()
    .describe('Milliseconds from asked to seen refused; `null`: not measured yet.'),
} satisfies { readonly [F in keyof AccountStatus]: z.ZodType };

export const StatusAnswer = z.strictObject({
  accounts: z
    .array(z.strictObject(accountStatus))
    .describe('Active ones; none to whom policy does not let read the whole installation.'),
} satisfies { readonly [F in keyof Status]: z.ZodType });

export const ReceiptsAnswer = z.strictObject({
  checkpoint: z.string().describe('Signed (C2SP tlog-checkpoint), as it was published.'),
  entries: z
    .array(
      z.strictObject({
        pk: z.string().describe('Partition key of the record in the ledger.'),
        sk: z
          .string()
          .describe('Its sort key; of what was done to it that nobody may do, with `#tamper` behind it.'),
        index: z.int().min(0).describe('Of its leaf.'),
        leaf: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .describe('RFC 6962 leaf hash of its body.'),
        proof: z.string().describe('C2SP tlog-proof: `writ verify --receipt` takes it, and the body.'),
      } satisfies { readonly [F in keyof Receipt]: z.ZodType }),
    )
    .min(1)
    .describe('Oldest first.'),
} satisfies { readonly [F in keyof Receipts]: z.ZodType });

const published = {
  issuer: z.url(),
  token_endpoint: z.url(),
  revocation_endpoint: z.url(),
  grant_types_supported: z.array(z.literal(TOKEN_EXCHANGE)).length(1),
  response_types_supported: z.array(z.never()),
  token_endpoint_auth_methods_supported: z.array(z.enum(['attest_jwt_client_auth_dpop', 'none'])),
  revocation_endpoint_auth_methods_supported: z.array(z.enum(['attest_jwt_client_auth_dpop', 'none'])),
  client_attestation_signing_alg_values_supported: z.array(z.string()),
  dpop_signing_alg_values_supported: z.array(z.string()),
  authorization_details_types_supported: z.array(z.literal('aws_session')).length(1),
  writ_permissions_endpoint: z.url(),
  writ_enrolment_endpoint: z.url(),
  writ_writs_endpoint: z.url(),
  writ_status_endpoint: z.url(),
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
