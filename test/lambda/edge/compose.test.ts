/** What functions are given. No call leaves: clients are made, and not used. */
import { expect, test } from 'vitest';
import { reconciler } from '../../../lambda/edge/compose.ts';
import { install } from '../../support/installation.ts';

test('a reconciler works in closed accounts too: what has begun there must be ended all the same', () => {
  const policy = install();
  const closed = { account: 'old', id: '999988887777', region: 'eu-central-1', state: 'closed' } as const;
  const accounts = [...policy.bundle.accounts, closed];
  const config = {
    ledgerTable: 'ledger',
    peopleTable: 'people',
    controlTable: 'control',
    region: 'eu-central-1',
    judgedEndpoint: undefined,
  };
  const made = reconciler(config, { ...policy, bundle: { ...policy.bundle, accounts } });
  expect(made.accounts).toEqual(['111122223333', '999988887777']);
  expect(made.accountPorts('999988887777')).toMatchObject({ account: '999988887777' });
  expect(made.accountPorts('000000000001')).toBeNull();
});
