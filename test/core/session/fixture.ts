/** One permission with everything that a session policy can hold. */
import type { Account, Bundle, Permission } from '../../../core/policy/bundle.ts';
import type { SessionGrant } from '../../../core/session/plan.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';

/** 2026-11-24T11:00:00Z. No test reads a clock. */
export const DEADLINE = 1_795_518_000;
export const WRIT = '01jd3v9q2m8x7c4b';
export const MINT = 'arn:aws:iam::111122223333:role/writ-mint';

export const ACCOUNT: Account = {
  account: 'prod',
  id: '444455556666',
  region: 'eu-central-1',
  state: 'active',
};

export const PERMISSION: Permission = {
  permission: 'reports-read',
  description: 'Read a folder of the reports.',
  accounts: ['prod'],
  role: 'reports',
  longest: 1800,
  place: { kind: 'exchange' },
  parameters: { prefix: { type: 'segment' } },
  statements: [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::reports-\${account}/\${prefix}/*`],
    },
    {
      Sid: 'List',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [`arn:aws:s3:::reports-\${account}`],
      Condition: { StringLike: { 's3:prefix': [`\${prefix}/*`] } },
    },
  ],
  lifts: [],
  outlives: [],
  demandsBodyHash: false,
  allows: [],
  denies: [],
};

export const FILL = { parameters: { prefix: 'q3' }, account: ACCOUNT };
export const BOUNDS = { place: { kind: 'cidrs', cidrs: ['192.0.2.7/32'] }, deadline: DEADLINE } as const;

export const GRANT: SessionGrant = {
  writ: WRIT,
  intentHash: 'ab'.repeat(32),
  subject: { id: 'entra:11111111-2222-4333-8444-555555555555', handle: 'alice@example.com' },
  device: 'mdm:LAPTOP-7',
  agent: 'code-agent',
  task: 'FIN-1234',
  purpose: 'Summarise the Q3 figures',
  permission: 'reports-read',
  authority: 'live',
  role: 'arn:aws:iam::444455556666:role/writ/reports',
  policy: sessionPolicy(PERMISSION, FILL, BOUNDS),
  durationSeconds: 900,
};

export const bundleOf = (...permissions: Permission[]): Bundle => ({
  v: 1,
  issuers: [],
  agents: [],
  permissions,
  accounts: [ACCOUNT],
  policies: { policies: {}, schema: {}, remedies: {} },
});
