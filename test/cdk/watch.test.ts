/** What the rules raise, and what they leave alone, judged on events as CloudTrail writes them. */
import { describe, expect, test } from 'vitest';
import { flags } from '../../cdk/installation.ts';
import { memberTemplates } from '../../cdk/member-stack.ts';
import { matches } from './event-pattern.ts';
import { BROKER, brokerTemplate, ofType, POLICY, resolved, SETTINGS, type Template } from './synthesised.ts';

const MEMBER = '111122223333';
const ROLE = `arn:aws:iam::${MEMBER}:role/writ/reports-read`;
type Pattern = Parameters<typeof matches>[0];

const [prod] = memberTemplates(POLICY.bundle, SETTINGS, flags());
const patternsOf = (template: Template): readonly Pattern[] =>
  ofType(template, 'AWS::Events::Rule').flatMap(([, { Properties }]) =>
    Properties.EventBusName === undefined && Properties.EventPattern !== undefined
      ? [resolved(Properties.EventPattern, template) as Pattern]
      : [],
  );
const OF_MEMBER = patternsOf(prod?.watch as Template);
const OF_BROKER = patternsOf(brokerTemplate());
const raises = (patterns: readonly Pattern[], event: object) =>
  patterns.some((pattern) => matches(pattern, event));

const assumed = (userIdentity: object, requestParameters: object = {}) => ({
  source: 'aws.sts',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventName: 'AssumeRole',
    userIdentity,
    requestParameters: { roleArn: ROLE, sourceIdentity: 'alice+01jd3v9q2m8x7c4b', ...requestParameters },
  },
});
const changed = (userIdentity: object, requestParameters: object, readOnly = false) => ({
  source: 'aws.iam',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: { eventName: 'X', readOnly, userIdentity, requestParameters },
});
const session = (account: string, role: string) => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE:${role.split('/').at(-1)}`,
  accountId: account,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${account}:role/${role}` } },
});
const user = (account: string) => ({
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  accountId: account,
  arn: `arn:aws:iam::${account}:user/eve`,
});
const elsewhere = (account: string, principalId: string) => ({
  type: 'AWSAccount',
  principalId,
  accountId: account,
});

describe('in the broker’s account', () => {
  test('mint is left alone', () => {
    expect(raises(OF_BROKER, assumed(session(BROKER, 'writ-mint')))).toBe(false);
  });

  test.each([
    ['mint without a writ', assumed(session(BROKER, 'writ-mint'), { sourceIdentity: undefined })],
    ['another function', assumed(session(BROKER, 'writ-exchange'))],
    ['an administrator', assumed(session(BROKER, 'Admin'))],
    ['a user', assumed(user(BROKER))],
    [
      'somebody who signs in with SAML',
      {
        ...assumed({ type: 'SAMLUser' }),
        detail: { ...assumed({ type: 'SAMLUser' }).detail, eventName: 'AssumeRoleWithSAML' },
      },
    ],
  ])('%s is raised', (_name, event) => {
    expect(raises(OF_BROKER, event)).toBe(true);
  });

  test('other roles are nobody’s business', () => {
    expect(
      raises(OF_BROKER, assumed(session(BROKER, 'Admin'), { roleArn: `arn:aws:iam::${MEMBER}:role/Other` })),
    ).toBe(false);
  });
});

describe('in a member', () => {
  test.each([
    ['mint’s function', assumed(elsewhere(BROKER, 'AROAEXAMPLE:writ-mint'))],
    [
      'the reconciler that writes the deny policy',
      changed(session(MEMBER, 'writ-parts/reconciler'), {
        policyArn: `arn:aws:iam::${MEMBER}:policy/writ/deny`,
      }),
    ],
    [
      'a stack set that changes a role',
      changed(session(MEMBER, 'stacksets-exec-0123'), { roleName: 'reports-read' }),
    ],
    ['who only reads', changed(session(MEMBER, 'Admin'), { roleName: 'reports-read' }, true)],
    ['who changes what is his', changed(session(MEMBER, 'Admin'), { roleName: 'other' })],
  ])('%s is left alone', (_name, event) => {
    expect(raises(OF_MEMBER, event)).toBe(false);
  });

  test.each([
    ['another function of the broker’s account', assumed(elsewhere(BROKER, 'AROAEXAMPLE:writ-exchange'))],
    [
      'a session called like mint’s in another account',
      assumed(elsewhere('999999999999', 'AROAEXAMPLE:writ-mint')),
    ],
    ['an administrator of the member', assumed(session(MEMBER, 'Admin'))],
    ['a user of the member', assumed(user(MEMBER))],
    ['a role’s trust, changed', changed(session(MEMBER, 'Admin'), { roleName: 'reports-read' })],
    ['the reconciler’s foot, changed', changed(session(MEMBER, 'Admin'), { roleName: 'reconciler' })],
    ['a user who changes a role', changed(user(MEMBER), { roleName: 'reports-read' })],
    ['the root who does', changed({ type: 'Root', accountId: MEMBER }, { roleName: 'reports-read' })],
    [
      'the deny policy, written by another',
      changed(session(MEMBER, 'Admin'), { policyArn: `arn:aws:iam::${MEMBER}:policy/writ/deny` }),
    ],
    ['a role made where ours are', changed(session(MEMBER, 'Admin'), { roleName: 'mine', path: '/writ/' })],
    [
      'a direct deny, attached',
      changed(session(MEMBER, 'Responder'), {
        roleName: 'reports-read',
        policyArn: `arn:aws:iam::${MEMBER}:policy/writ-direct/night`,
      }),
    ],
  ])('%s is raised', (_name, event) => {
    expect(raises(OF_MEMBER, event)).toBe(true);
  });
});
