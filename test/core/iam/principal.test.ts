import { expect, test } from 'vitest';
import { naming, parseCaller } from '../../../core/iam/principal.ts';
import { ACCOUNT, ROLE, SESSION } from './cases/iam-case.ts';

const arn = (rest: string, account = ACCOUNT) => `arn:aws:iam::${account}:${rest}`;

test.each([
  [SESSION, 'session', 'reports-read'],
  [ROLE, 'role', 'reports-read'],
  [arn('user/team/alice'), 'user', null],
  [arn('root'), 'root', null],
  [`arn:aws:sts::${ACCOUNT}:federated-user/bob`, 'user', null],
  ['lambda.amazonaws.com', 'service', null],
])('%s is of kind %s, role %s', (name, kind, role) => {
  expect(parseCaller(name)).toMatchObject({ name, kind, role });
});

test.each([
  '*',
  'root',
  arn('user'),
  arn('group/x'),
  'arn:aws:iam::1:root',
  'lambda.example.com',
  `${ROLE}\n`,
])('%j is no principal', (name) => {
  expect(parseCaller(name)).toBeNull();
});

test.each([
  ['everyone', '*', 'direct'],
  ['the session itself', SESSION, 'direct'],
  ['its role, with a path', ROLE, 'role'],
  ['its account by number', ACCOUNT, 'account'],
  ['its account by root', arn('root'), 'account'],
  ['a user of its account', arn('user/alice'), false],
  ['another role of its account', arn('role/other'), false],
  ['its role’s namesake elsewhere', arn('role/writ/reports-read', '444455556666'), false],
  ['another account', '444455556666', false],
  ['its role’s namesake in another partition', ROLE.replace('arn:aws:', 'arn:aws-cn:'), false],
  ['what is no name', 'arn:aws:iam::*:root', null],
])('a session is named by %s: %s → %s', (_, name, expected) => {
  const session = parseCaller(SESSION);
  expect(session === null ? 'none' : naming({ AWS: name }, session)).toBe(expected);
});

test('partition and account are read from each kind of ARN', () => {
  const names = [SESSION, ROLE, arn('user/alice'), arn('root'), `arn:aws:sts::${ACCOUNT}:federated-user/bob`];
  for (const name of names) expect(parseCaller(name)).toMatchObject({ partition: 'aws', account: ACCOUNT });
  expect(parseCaller('lambda.amazonaws.com')).toMatchObject({ partition: null, account: null });
});

test('a role is named by everyone directly, and by its own name as a role', () => {
  const role = parseCaller(ROLE);
  expect(role && [naming({ AWS: '*' }, role), naming({ AWS: ROLE }, role)]).toEqual(['direct', 'role']);
});
