import { z } from 'zod';
import { MODES } from '../../parse/revocation.ts';
import { REMEDIES } from '../../refusals.ts';
import { ALIAS_PATTERN } from '../../session/encode.ts';
import { must } from './in-words.ts';

/** `*.test.yaml`, beside the policies: requests and what must become of them. */
const text = z.string().min(1);

const common = {
  user: z
    .string()
    .regex(new RegExp(`^${ALIAS_PATTERN}:.+$`), 'must be <issuer alias>:<subject>')
    .describe('`<issuer alias>:<subject>`.'),
  groups: z.array(text).describe('Default: none.').optional(),
  auth_age: z.int().min(0).describe('Seconds since the sign-in. Default: 60.').optional(),
  acr: text.optional(),
  amr: z.array(text).optional(),
  address: z.union([z.ipv4(), z.ipv6()], must('an IP address')).describe('Default: 192.0.2.1.').optional(),
};

const Issue = z.strictObject({
  ...common,
  action: z.literal('issue').describe('Default.').optional(),
  agent: text,
  actor: z.enum(['attested', 'enrolled']).describe('Default: enrolled.').optional(),
  permission: text,
  account: text,
  parameters: z.record(z.string(), z.string()).optional(),
  duration: z.int().min(1).describe('Seconds. Default: 900.').optional(),
  task: text.optional(),
  purpose: text.optional(),
  device: z
    .strictObject({
      kind: z.enum(['attested', 'enrolled', 'claimed']),
      compliant: z.boolean().optional(),
    })
    .describe('Default: enrolled, compliance unknown.')
    .optional(),
  binding: z
    .strictObject({
      subject: z.enum(['nonce', 'first_nonce', 'cnf', 'attestation']).optional(),
      actor: z.enum(['user', 'group', 'permission', 'may_act']).optional(),
      request: z.literal('bdh').optional(),
    })
    .optional(),
});
export type IssueAsk = z.infer<typeof Issue>;

const Enroll = z.strictObject({ ...common, action: z.literal('enroll') });
export type EnrollAsk = z.infer<typeof Enroll>;

const name = text.describe('Its name in the configuration.');
/** One thing to be ended, as in the tag. */
const Named = z.union(
  [
    z.strictObject({
      writ: z
        .strictObject({
          user: text.describe('Whose authority it rests on: `<issuer alias>:<subject>`.'),
          agent: name,
          permission: name,
          account: name,
          task: text.optional(),
          device: z
            .strictObject({
              id: text.optional(),
              kind: z.enum(['attested', 'enrolled', 'claimed']).optional(),
              compliant: z.boolean().optional(),
            })
            .optional(),
        })
        .describe('One session.'),
    }),
    z.strictObject({ user: text.describe('`<issuer alias>:<subject>`.') }),
    z.strictObject({ device: text.describe('`<issuer alias>:<device>`.') }),
    z.strictObject({ agent: name }),
    z.strictObject({ task: text }),
    z.strictObject({ permission: name }),
    z.strictObject({ role: text.describe('ARN.') }),
    z.strictObject({ all: z.literal('*') }),
  ],
  must('one of writ, user, device, agent, task, permission, role and all'),
);

const Revoke = z.strictObject({
  ...common,
  action: z.literal('revoke'),
  mode: z.enum(MODES).describe('Default: end.').optional(),
  of: Named.describe('What is to be ended.'),
});
export type RevokeAsk = z.infer<typeof Revoke>;

const Read = z.strictObject({
  ...common,
  action: z.literal('read'),
  of: Named.describe(
    'What is to be known of: a writ in a list of live ones; `all`, the state of the installation.',
  ),
});
export type ReadAsk = z.infer<typeof Read>;

export const TestFile = z
  .strictObject({
    cases: z
      .array(
        z.strictObject({
          name: text,
          ask: z.union([Enroll, Revoke, Read, Issue], must('a mapping')),
          expect: z.enum(['permit', 'refuse']),
          by: z.array(text).describe('Ids of the policies that determine it: all, in any order.'),
          remedy: z
            .enum(REMEDIES)
            .describe('What the refused caller is told to do. Default: nothing.')
            .optional(),
        }),
      )
      .min(1),
  })
  .describe('Cases for the policies beside which the file lies.');
export type TestFile = z.infer<typeof TestFile>;
