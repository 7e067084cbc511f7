import { describe, expect, test } from 'vitest';
import { allow, allowIf, type IamCase, identity, PAGE, request } from '../core/iam/cases/iam-case.ts';
import { cases } from '../core/iam/cases.ts';
import { express } from './by-hand.ts';

const IAM_CASE: IamCase = {
  name: 'a case',
  reference: PAGE.logic,
  request: request(),
  policies: identity(allow()),
  expected: 'allowed',
};
const expressed = (change: Partial<IamCase> = {}) => express({ ...IAM_CASE, ...change }, 7);

test('a case becomes a role with its policies, a session of it and the call', () => {
  expect(expressed()).toMatchObject({
    value: {
      name: 'by hand: a case',
      assume: { RoleArn: 'arn:aws:iam::000000000000:role/writ/by-hand-7' },
      call: { operation: 'GetObject', Bucket: 'reports', Key: 'q3/sum.csv' },
      allowed: true,
    },
  });
});

test('a key that no call brings along rides as a session tag, in request and policy alike', () => {
  const shown = expressed({
    request: request({ context: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:000000000000:t' } }),
    policies: allowIf({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:${aws:username}' } }),
  });
  expect(shown).toMatchObject({
    value: { assume: { Tags: [['aws-SourceArn', 'arn:aws:sns:us-east-1:000000000000:t']] } },
  });
  expect(JSON.stringify(shown)).toContain(
    '{"ArnLike":{"aws:PrincipalTag/aws-SourceArn":"arn:aws:sns:*:*:${aws:PrincipalTag/aws-username}"}}',
  );
});

describe('left out', () => {
  test.each([
    ['our own fail-closed reading', { ours: true }],
    ['a caller that is no session', { request: request({ principal: 'logs.amazonaws.com' }) }],
    ['an action that no call here asks for', { request: request({ action: 'iam:GetRole', resource: '*' }) }],
    ['another account', { request: request({ context: { 'aws:ResourceAccount': '444455556666' } }) }],
    ['a value that no tag can have', { request: request({ context: { 'aws:PrincipalTag/team': '*' } }) }],
    ['a list of values', { request: request({ context: { 'aws:CalledVia': ['a', 'b'] } }) }],
  ] as const)('%s', (_, change) => {
    expect(expressed(change)).toHaveProperty('leftOut');
  });
});

test('most of the cases can be said in calls', () => {
  const all = cases.map((each, number) => express(each, number));
  expect(all.filter((each) => 'value' in each).length).toBeGreaterThan(cases.length * 0.7);
});
