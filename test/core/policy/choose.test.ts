import { expect, test } from 'vitest';
import { choose } from '../../../core/policy/choose.ts';
import { bundleOf } from './installation.ts';

const { bundle } = bundleOf();
const details = {
  permission: 'read',
  account: 'prod',
  task: 'FIN-1',
  purpose: 'why',
  parameters: { prefix: 'q3' },
  duration: 900,
};

test('permission and account are found by name, parameters checked', () => {
  expect(choose(details, bundle)).toMatchObject({
    ok: true,
    value: {
      permission: { permission: 'read' },
      account: { id: '111122223333' },
      parameters: { prefix: 'q3' },
    },
  });
});

test.each([
  { change: { permission: 'write' }, refusal: { reason: 'permission_unknown', permission: 'write' } },
  { change: { permission: '*' }, refusal: { reason: 'permission_unknown', permission: '*' } },
  { change: { account: 'test' }, refusal: { reason: 'account_unknown', account: 'test' } },
  { change: { account: '111122223333' }, refusal: { reason: 'account_unknown', account: '111122223333' } },
  {
    change: { parameters: {} },
    refusal: { reason: 'parameter_invalid', parameter: 'prefix', problem: 'is missing' },
  },
])('$refusal.reason', ({ change, refusal }) => {
  expect(choose({ ...details, ...change }, bundle)).toEqual({ ok: false, refusal });
});

test('a closed account is no account', () => {
  const closed = {
    ...bundle,
    accounts: bundle.accounts.map((each) => ({ ...each, state: 'closed' as const })),
  };
  expect(choose(details, closed)).toEqual({
    ok: false,
    refusal: { reason: 'account_unknown', account: 'prod' },
  });
});

test('an account in which the permission cannot be had is no account', () => {
  const elsewhere = {
    ...bundle,
    permissions: bundle.permissions.map((each) => ({ ...each, accounts: ['other'] })),
  };
  expect(choose(details, elsewhere)).toEqual({
    ok: false,
    refusal: { reason: 'account_unknown', account: 'prod' },
  });
});
