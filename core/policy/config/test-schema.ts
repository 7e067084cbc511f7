import { z } from 'zod';
import { REMEDIES } from '../../refusals.ts';
import { must } from './in-words.ts';

/** `*.test.yaml`, beside the policies: requests and what must become of them. */
const text = z.string().min(1);

const common = {
  user: text.describe('`<issuer alias>:<subject>`.'),
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

export const TestFile = z
  .strictObject({
    cases: z
      .array(
        z.strictObject({
          name: text,
          ask: z.union([Enroll, Issue], must('a mapping')),
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
