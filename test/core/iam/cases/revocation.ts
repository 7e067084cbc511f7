import type { PolicyStatement } from '../../../../core/session/policy-document.ts';
import { allow, deny, type IamCase, PAGE, policy, request } from './iam-case.ts';

const ISSUED = '2026-11-24T11:59:57Z';
const CUT_OFF = '2026-11-24T12:00:10Z';

const session = (user: string, writ: string, issued = ISSUED): IamCase['request'] =>
  request({
    context: {
      'aws:SourceIdentity': `${user}+${writ}`,
      'aws:PrincipalTag/writ:user': `corp:${user}`,
      'aws:TokenIssueTime': issued,
    },
  });

const denied = (entry: PolicyStatement): IamCase['policies'] => ({
  identity: [policy(allow()), policy(entry)],
});

const ONE_WRIT = denied(deny({ Condition: { StringLike: { 'aws:SourceIdentity': '*+01jd3v9q2m8x7c4b' } } }));
const ONE_USER = denied(
  deny({
    Condition: {
      StringEquals: { 'aws:PrincipalTag/writ:user': ['corp:mallory', 'corp:alice'] },
      DateLessThanIfExists: { 'aws:TokenIssueTime': CUT_OFF },
    },
  }),
);

/** The entries of Writ's deny policy. */
export const revocation: readonly IamCase[] = [
  {
    name: 'a revoked writ’s session is denied by its source identity',
    reference: PAGE.sourceIdentity,
    request: session('alice', '01jd3v9q2m8x7c4b'),
    policies: ONE_WRIT,
    expected: 'explicitDeny',
  },
  {
    name: 'another writ of the same user is not',
    reference: PAGE.sourceIdentity,
    request: session('alice', '01jd3v9q2m8x7c4c'),
    policies: ONE_WRIT,
    expected: 'allowed',
  },
  {
    name: 'a request without source identity is not denied by an entry for one writ',
    reference: PAGE.operators,
    request: request(),
    policies: ONE_WRIT,
    expected: 'allowed',
  },
  {
    name: 'a revoked user’s session from before the cut-off is denied',
    reference: PAGE.keys,
    request: session('alice', '01jd3v9q2m8x7c4b'),
    policies: ONE_USER,
    expected: 'explicitDeny',
  },
  {
    name: 'a revoked user’s session from after the cut-off is not',
    reference: PAGE.keys,
    request: session('alice', '01jd3v9q2m8x7c4b', '2026-11-24T12:00:11Z'),
    policies: ONE_USER,
    expected: 'allowed',
  },
  {
    name: 'another user’s session is not',
    reference: PAGE.keys,
    request: session('bob', '01jd3v9q2m8x7c4b'),
    policies: ONE_USER,
    expected: 'allowed',
  },
];
