import type { Bundle } from '../../../core/policy/bundle.ts';
import type { Conditions, PolicyDocument } from '../../../core/session/policy-document.ts';
import { exampleRoles, WRIT, writ } from '../example.ts';
import type { JudgeCase } from '../judge-case.ts';
import { deny, MINT, policy } from '../roles.ts';

/**
 * Entries of a deny policy, attached once the session is out: what ends it, and what leaves it alone.
 *
 * @param now - NumericDate.
 */
export function endingCases(bundle: Bundle, now: number): JudgeCase[] {
  const role = exampleRoles(bundle).find(({ name }) => name === 'reports-read');
  if (role === undefined) throw new Error('The example configuration has no role reports-read.');
  const mine = { ...role, name: 'ended' };
  const entries = { ...byIdentity, ...byTime(now) };
  return Object.entries(entries).map(
    ([name, deniedLater]): JudgeCase => ({
      allowed: SPARED.test(name),
      name: `a live session under ${name}`,
      roles: [MINT, mine],
      caller: { role: MINT.name },
      assume: writ(bundle, {
        permission: 'reports-read',
        parameters: { prefix: 'q3' },
        deadline: now + 3600,
        role: mine.name,
      }),
      deniedLater,
      call: { operation: 'GetObject', Bucket: 'example-reports', Key: 'q3/figures.csv' },
    }),
  );
}

/** Entries that speak of another session than this one. */
const SPARED = /another|begins alike|long past|an old cut-off|has no tag/;

const entry = (conditions: Conditions): PolicyDocument => policy(deny('*', conditions));
const tag = (name: string, ...values: string[]): Conditions => ({
  StringEquals: { [`aws:PrincipalTag/${name}`]: values },
});

const byIdentity: { readonly [name: string]: PolicyDocument } = {
  'a Deny of everything, role-wide': policy(deny('*')),
  'a Deny of another service': policy(deny('dynamodb:*')),
  'a Deny of its writ by tag': entry(tag('writ:id', WRIT)),
  'a Deny of another writ by tag': entry(tag('writ:id', '01jd3v9q2m8x7c4c')),
  'a Deny of its user by tag': entry(tag('writ:user', 'corp:mallory', 'corp:alice')),
  'a Deny of another user by tag': entry(tag('writ:user', 'corp:mallory')),
  'a Deny of its device by tag': entry(tag('writ:device', 'mdm:LAPTOP-7')),
  'a Deny of its agent by tag': entry(tag('writ:agent', 'report-writer')),
  'a Deny of its task by tag': entry(tag('writ:task', 'FIN-1234')),
  'a Deny of its permission by tag': entry(tag('writ:permission', 'reports-read')),
  'a Deny of a user whose name begins alike': entry(tag('writ:user', 'corp:alic')),
  'a Deny of its writ by source identity': entry({ StringLike: { 'aws:SourceIdentity': `*+${WRIT}` } }),
  'a Deny of another writ by source identity': entry({
    StringLike: { 'aws:SourceIdentity': '*+01jd3v9q2m8x7c4c' },
  }),
  'a Deny of its session by aws:userid': entry({ StringLike: { 'aws:userid': `*:*+${WRIT}` } }),
  'a Deny of another session by aws:userid': entry({
    StringLike: { 'aws:userid': '*:*+01jd3v9q2m8x7c4c' },
  }),
  'a Deny of its role by aws:PrincipalArn': entry({
    ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/writ/ended' },
  }),
  'a Deny of another role by aws:PrincipalArn': entry({
    ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/writ/other' },
  }),
  'a Deny of whoever has no tag writ:user': entry({ Null: { 'aws:PrincipalTag/writ:user': 'true' } }),
  'a Deny of whoever has a tag writ:user': entry({ Null: { 'aws:PrincipalTag/writ:user': 'false' } }),
};

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');

function byTime(now: number): { readonly [name: string]: PolicyDocument } {
  const hourAgo = isoTime(now - 3600);
  const inAnHour = isoTime(now + 3600);
  return {
    'a Deny of sessions issued before a time to come': entry({
      DateLessThan: { 'aws:TokenIssueTime': inAnHour },
    }),
    'a Deny of sessions issued before a time long past': entry({
      DateLessThan: { 'aws:TokenIssueTime': hourAgo },
    }),
    'a Deny of its user’s sessions issued before the cut-off': entry({
      ...tag('writ:user', 'corp:alice'),
      DateLessThanIfExists: { 'aws:TokenIssueTime': inAnHour },
    }),
    'a Deny of its user’s sessions issued before an old cut-off': entry({
      ...tag('writ:user', 'corp:alice'),
      DateLessThanIfExists: { 'aws:TokenIssueTime': hourAgo },
    }),
    'a Deny of another user’s sessions issued before the cut-off': entry({
      ...tag('writ:user', 'corp:mallory'),
      DateLessThanIfExists: { 'aws:TokenIssueTime': inAnHour },
    }),
  };
}
