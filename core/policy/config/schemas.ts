/**
 * The YAML files of a configuration folder, one schema per kind. Shape only: what must agree between fields and
 * files is checked by the compiler beside it. Published as JSON Schema in `config/schemas`, so that editors help.
 *
 * Used when configuration is compiled, never in a function.
 */
import { z } from 'zod';
import { ACCOUNT_ID, REGION } from '../../aws-names.ts';
import { MAX_CHAINED_SECONDS, MAX_PARAMETERS, MIN_USEFUL_SECONDS } from '../../limits.ts';
import { ALIAS_PATTERN } from '../../session/encode.ts';
import { PARAMETER_NAME } from '../parameters.ts';
import { must } from './in-words.ts';

/** What the files of agents, permissions, and the keys of `accounts.yaml` are called. */
export const NAME = /^[a-z][a-z0-9-]{0,46}$/;

const text = z.string().min(1);
const sentence = z.string().min(1).max(500).describe('What it is for, in a sentence.');
const name = z.string().regex(NAME, 'must be lower-case letters, digits and hyphens');
/** A YAML list, or its one element. */
const oneOrMore = <T extends z.ZodType>(element: T) =>
  z.union([element, z.array(element).min(1)], must('text, or a list of texts'));
const strings = (description: string) => z.array(text).describe(description);
const qualified = z
  .string()
  .regex(new RegExp(`^${ALIAS_PATTERN}:[^*?]+$`), 'must be <issuer alias>:<name>, exact, without * or ?');
const date = z.iso.date(must('a date such as 2027-06-30'));

const claim = z
  .union([text, z.array(text).min(2).max(4)], must('a claim’s name, or the path to a member of one'))
  .describe(
    'Name of the claim; a list is the path to a member of one, such as `[kubernetes.io, namespace]`.',
  );

export const IssuerFile = z
  .strictObject({
    iss: text.describe('The exact `iss` claim: compared as text, never as a pattern.'),
    class: z
      .enum(['subject', 'actor', 'attestation', 'event'])
      .describe('What its tokens are good for: one thing only.'),
    audiences: strings('Of these the token must name one: a token for somebody else is no good here.').min(1),
    types: z
      .array(
        z.union(
          [z.string().regex(/^[a-z0-9+.-]+$/, 'must be lower-case text'), z.null()],
          must('lower-case text, or null'),
        ),
      )
      .min(1)
      .describe(
        'Accepted `typ` headers, lower case, without `application/`; null accepts a token without. Default: by class.',
      )
      .optional(),
    algorithms: z
      .array(
        z.enum([
          'RS256',
          'RS384',
          'RS512',
          'PS256',
          'PS384',
          'PS512',
          'ES256',
          'ES384',
          'ES512',
          'EdDSA',
          'Ed25519',
        ]),
      )
      .min(1)
      .describe('Accepted signature algorithms. There is no `none` and no HMAC.'),
    jwks_uri: text.describe('Where its keys are. Never taken from a token.'),
    multiTenant: z
      .boolean()
      .describe('It signs for others than you too: then `require` must say which tokens are yours.')
      .optional(),
    require: z
      .array(
        z.union(
          [
            z.strictObject({
              claim,
              oneOf: z
                .array(z.union([text, z.number(), z.boolean()], must('text, a number, true or false')))
                .min(1)
                .describe('Accepted values, compared exactly, type and all: `"1"` is not `1`.'),
            }),
            z.strictObject({
              claim,
              includes: z.array(text).min(1).describe('The claim is a list, and one of these is in it.'),
            }),
            z.strictObject({
              claim,
              startsWith: z
                .string()
                .regex(/^.+[/:]$/, 'must end with / or :')
                .describe('The claim is text below this prefix, which ends with `/` or `:`.'),
            }),
          ],
          must('{claim, oneOf}, {claim, includes} or {claim, startsWith}'),
        ),
      )
      .describe('Claims without which a token does not count: tenant, organisation, owner.')
      .optional(),
    claims: z
      .strictObject({
        subject: text
          .describe('Names the user, workload or device for ever: `sub`; `oid` at Entra.')
          .optional(),
        login: text.describe('Directory login name. Only where it is verified and immutable.').optional(),
        email: text.describe('E-mail address. Recorded as a hash; nothing is decided by it.').optional(),
        groups: text.describe('List of groups: policies call them `<alias>:<group>`.').optional(),
        device: text
          .describe('Subject class: a claim about the device. Attestation class: its id.')
          .optional(),
        user: text.describe('Attestation class: `{iss, sub}` of the device’s user.').optional(),
        compliant: text.describe('Attestation class: boolean.').optional(),
      })
      .describe('Which of the token’s claims says what.')
      .optional(),
    login: z
      .strictObject({
        client_id: text.describe('A public client with loopback redirects (RFC 8252).'),
        scope: text.describe('Asked for at sign-in: `openid` and what the claims need.'),
        max_age: z.int().min(0).describe('Oldest sign-in, seconds: an older one is made anew.'),
      })
      .describe('What `writ login` needs. Subject class only.')
      .optional(),
  })
  .describe('An issuer of tokens. The file’s name is its alias.');
export type IssuerFile = z.infer<typeof IssuerFile>;

export const AgentFile = z
  .strictObject({
    description: sentence,
    owner: qualified.describe('The group that answers for it.'),
    reviewBy: date.describe('From this day on, 00:00 UTC, it is refused until somebody has reviewed it.'),
    expires: date.describe('From this day on, 00:00 UTC, it is refused.'),
    identities: z
      .array(
        z.strictObject({
          issuer: text.describe('Alias of an actor issuer.'),
          subject: text.describe('Exact, without wildcards.'),
        }),
      )
      .describe('Tokens of platforms that are this agent: exact subjects.')
      .optional(),
    enrolled: z.boolean().describe('Whether an enrolled device’s own key may speak for it.').optional(),
    users: z.array(qualified).describe('For whom it may act: users.').optional(),
    groups: z.array(qualified).describe('For whom it may act: members of groups.').optional(),
    permissions: z
      .array(name)
      .describe('Permissions for which it may act for whomever policy permits.')
      .optional(),
  })
  .describe('An agent. The file’s name is its name.');
export type AgentFile = z.infer<typeof AgentFile>;

const Statement = z.strictObject({
  Sid: z
    .string()
    .regex(/^[A-Za-z0-9]{1,64}$/, 'must be letters and digits')
    .describe('Name of the statement, for people.')
    .optional(),
  Effect: z.enum(['Allow', 'Deny']).describe('Default: Allow.').optional(),
  Action: oneOrMore(text).describe('IAM actions, such as `s3:GetObject`. No parameter may stand here.'),
  Resource: oneOrMore(text).describe(
    'ARNs. `${name}` is a parameter; `${account}` and `${region}` are given.',
  ),
  Condition: z
    .record(z.string(), z.record(z.string(), oneOrMore(text)))
    .describe('IAM condition: operator, key, values. Values may have parameters.')
    .optional(),
});
export type StatementEntry = z.infer<typeof Statement>;

const Case = z.strictObject({
  with: z.record(z.string(), z.string()).describe('Parameters of the request.').optional(),
  action: text.describe('One IAM action.'),
  resource: text.describe('ARN of one resource. `${account}` and `${region}` may stand in it.'),
  context: z
    .record(z.string(), oneOrMore(z.string()))
    .describe('Condition keys of the request, such as `s3:prefix`.')
    .optional(),
});
export type CaseEntry = z.infer<typeof Case>;

const addressRange = z.union([z.cidrv4(), z.cidrv6()], must('an address range such as 192.0.2.0/24'));
const vpc = z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'must be the id of a VPC');

export const PermissionFile = z
  .strictObject({
    description: sentence,
    accounts: z.array(name).min(1).describe('Names in `accounts.yaml`.'),
    role: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,58}$/, 'must be a role’s name')
      .describe('Role name below `/writ/`.'),
    longest: z
      .int()
      .min(MIN_USEFUL_SECONDS)
      .max(MAX_CHAINED_SECONDS)
      .describe('Longest duration, seconds: an hour at most.'),
    place: z
      .union(
        [
          z.enum(['exchange', 'anywhere']),
          z.strictObject({ cidrs: z.array(addressRange).min(1).describe('Address ranges.') }),
          z.strictObject({ vpcs: z.array(vpc).min(1).describe('Ids of VPCs.') }),
        ],
        must('exchange, anywhere, {cidrs: […]} or {vpcs: […]}'),
      )
      .describe('From where the session may be used; `exchange`: from the address that asked for it.'),
    parameters: z
      .record(
        z.string().regex(PARAMETER_NAME, 'must be letters and digits, a lower-case letter first'),
        z.union(
          [
            z.enum(['segment', 'path', 'account', 'region', 'uuid']),
            z.strictObject({ enum: z.array(text).min(1).describe('The values that it can have.') }),
          ],
          must('segment, path, account, region, uuid or {enum: […]}'),
        ),
      )
      .refine(
        (all) => Object.keys(all).length <= MAX_PARAMETERS,
        `must be at most ${MAX_PARAMETERS} entries long`,
      )
      .describe('What a request fills in, by name and type. `segment`: no slash; `path`: plain segments.')
      .optional(),
    statements: z.array(Statement).min(1).describe('IAM statements. `${name}` is a parameter.'),
    lifts: z
      .array(z.enum(['iam:Get*', 'iam:List*']))
      .describe('Reads of IAM that containment is to let through.')
      .optional(),
    outlives: strings('Actions whose effect outlives the deadline, acknowledged by name.').optional(),
    demandsBodyHash: z.boolean().describe('Whether the DPoP proof must cover the request’s body.').optional(),
    allows: z.array(Case).min(1).describe('What the session policy must let through.'),
    denies: z.array(Case).min(1).describe('What the session policy must not let through.'),
  })
  .describe('A permission. The file’s name is what is asked for.');
export type PermissionFile = z.infer<typeof PermissionFile>;

export const AccountsFile = z
  .record(
    name,
    z.strictObject({
      id: z
        .string(must('twelve digits in quotes'))
        .regex(ACCOUNT_ID, 'must be twelve digits in quotes')
        .describe('Twelve digits, in quotes: YAML would take a leading zero for octal.'),
      region: z
        .string()
        .regex(REGION, 'must be a Region')
        .describe('Where sessions are asked for; `${region}` in permissions.'),
      state: z
        .enum(['active', 'closed'])
        .describe('Default: active. In a closed one nothing can be asked for.')
        .optional(),
    }),
  )
  .describe('AWS accounts by name.');
export type AccountsFile = z.infer<typeof AccountsFile>;
