/** What the roles beside the target roles can do, whatever somebody writes into the deny policy that they carry. */
import { expect, test } from 'vitest';
import { evaluate } from '../../../core/iam/evaluate.ts';
import { partRoles } from '../../../core/revocation/roles.ts';

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
