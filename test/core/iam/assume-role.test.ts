import { expect, test } from 'vitest';
import { type AssumeRoleCall, assumeRoleRequests } from '../../../core/iam/assume-role.ts';
import { evaluateAssumeRole } from '../../../core/iam/evaluate.ts';
import { allow, deny, policy } from './cases/iam-case.ts';

const ROLE = 'arn:aws:iam::111122223333:role/writ/reports-read';
const MINT = 'arn:aws:sts::111122223333:assumed-role/mint/mint';
const time = { 'aws:CurrentTime': '2026-11-24T12:00:00Z' };

const call = (change: Partial<AssumeRoleCall> = {}): AssumeRoleCall => ({
  caller: MINT,
  roleArn: ROLE,
  roleSessionName: 'claude+1',
  context: time,
  ...change,
});

const full = call({
  sourceIdentity: 'alice+1',
  tags: { 'writ:id': '1', 'writ:user': 'corp:alice' },
  transitiveTagKeys: ['writ:id'],
  externalId: 'x',
});
const tagKeys = {
  'aws:RequestTag/writ:id': '1',
  'aws:RequestTag/writ:user': 'corp:alice',
  'aws:TagKeys': ['writ:id', 'writ:user'],
  'sts:TransitiveTagKeys': ['writ:id'],
};
const asked = (action: string, context: object) => ({ action, resource: ROLE, principal: MINT, context });

test('a full call is three actions, each with its own keys and no other', () => {
  expect(assumeRoleRequests(full)).toEqual([
    asked('sts:AssumeRole', {
      ...time,
      ...tagKeys,
      'sts:RoleSessionName': 'claude+1',
      'sts:SourceIdentity': 'alice+1',
      'sts:ExternalId': 'x',
    }),
    asked('sts:TagSession', { ...time, ...tagKeys }),
    asked('sts:SetSourceIdentity', { ...time, 'sts:SourceIdentity': 'alice+1' }),
  ]);
});

test('a bare call is one action', () => {
  // Strictly: a key that is there without a value is not a key that is missing.
  expect(assumeRoleRequests(call())).toStrictEqual([
    asked('sts:AssumeRole', { ...time, 'sts:RoleSessionName': 'claude+1' }),
  ]);
});

test('one tag is enough to be asked for as tags', () => {
  const tags = { 'writ:id': '1' };
  const keys = { 'aws:RequestTag/writ:id': '1', 'aws:TagKeys': ['writ:id'] };
  expect(assumeRoleRequests(call({ tags })).at(1)).toEqual(asked('sts:TagSession', { ...time, ...keys }));
});

test('empty tags are no tags: the keys are missing, not empty', () => {
  expect(assumeRoleRequests(call({ tags: {}, transitiveTagKeys: [] }))).toEqual(assumeRoleRequests(call()));
});

test('a caller’s context cannot bring along what only the call says', () => {
  const context = {
    ...time,
    'STS:sourceidentity': 'bob+1',
    'aws:requesttag/writ:id': '2',
    'AWS:TagKeys': ['x'],
  };
  expect(assumeRoleRequests(call({ context }))).toEqual(assumeRoleRequests(call()));
});

const trust = (...actions: string[]) =>
  policy({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/mint' }, Action: actions });
const identity = [policy(allow({ Action: 'sts:*', Resource: ROLE }))];
const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

test('a call is allowed when each of its actions is', () => {
  const verdict = evaluateAssumeRole(assumeRoleRequests(full), { identity, resource: trust(...all) });
  expect(verdict).toMatchObject({
    allowed: true,
    decision: 'allowed',
    request: { action: 'sts:AssumeRole' },
    by: { document: 'identity', statement: '0' },
  });
});

test.each(all)('a call is refused when %s is not allowed', (missing) => {
  const resource = trust(...all.filter((action) => action !== missing));
  expect(evaluateAssumeRole(assumeRoleRequests(full), { identity, resource })).toMatchObject({
    allowed: false,
    request: { action: missing },
    decision: 'implicitDeny',
    by: { document: 'resource', statement: '' },
  });
});

test('a denied action denies the call', () => {
  const denied = [...identity, policy(deny({ Action: 'sts:SetSourceIdentity' }))];
  const verdict = evaluateAssumeRole(assumeRoleRequests(full), { identity: denied, resource: trust(...all) });
  expect(verdict).toMatchObject({
    decision: 'explicitDeny',
    request: { action: 'sts:SetSourceIdentity' },
  });
});
