/** What the roles beside the target roles can do, whatever somebody writes into the deny policy that they carry. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../core/iam/evaluate.ts';
import { directDenyPermissions, partRoles } from '../../../core/revocation/roles.ts';

const ACCOUNT = '444455556666';
const RECONCILE = 'arn:aws:iam::111122223333:role/writ-reconcile';
const canary = partRoles(ACCOUNT, RECONCILE).find(({ name }) => name === 'canary');

/** The reconciler writes that policy, and takes the canary's sessions: both together must not be an administrator. */
const WIDE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
} as const;

const may = (action: string): boolean => {
  if (canary === undefined) throw new Error('no canary');
  const { permissions, boundary } = canary;
  const principal = `arn:aws:sts::${ACCOUNT}:assumed-role/canary/canary`;
  const policies = { identity: [permissions, WIDE], ...(boundary === undefined ? {} : { boundary }) };
  return evaluate({ action, resource: '*', principal, context: {} }, policies).allowed;
};

test('a canary only ever reads, also where the deny policy has been made to allow all', () => {
  expect(may('dynamodb:ListTables')).toBe(true);
  for (const action of ['iam:CreateUser', 's3:GetObject', 'sts:AssumeRole', 'dynamodb:Scan']) {
    expect(may(action), action).toBe(false);
  }
});

describe('a responder with credentials for --direct', () => {
  const role = (path: string) => `arn:aws:iam::${ACCOUNT}:role${path}`;
  const policy = (path: string) => `arn:aws:iam::${ACCOUNT}:policy${path}`;
  const [own, deny] = [policy('/writ-direct/end.all'), policy('/writ/deny')];
  test.each([
    ['attaches a deny of that path', 'iam:AttachRolePolicy', role('/writ/reports-read'), own, true],
    ['takes it off again', 'iam:DetachRolePolicy', role('/writ/reports-read'), own, true],
    ['leaves the reconciler’s where it is', 'iam:DetachRolePolicy', role('/writ/reports-read'), deny, false],
    [
      'attaches nothing else',
      'iam:AttachRolePolicy',
      role('/writ/reports-read'),
      'arn:aws:iam::aws:policy/AdministratorAccess',
      false,
    ],
    ['nor to other roles', 'iam:AttachRolePolicy', role('/admin'), own, false],
    ['nor writes another policy', 'iam:CreatePolicyVersion', deny, '', false],
  ])('%s', (_, action, resource, attached, allowed) => {
    const context: { readonly [key: string]: string } = attached === '' ? {} : { 'iam:PolicyARN': attached };
    const principal = `arn:aws:sts::${ACCOUNT}:assumed-role/responder/carol`;
    const policies = { identity: [directDenyPermissions(ACCOUNT)] };
    expect(evaluate({ action, resource, principal, context }, policies).allowed).toBe(allowed);
  });
});
