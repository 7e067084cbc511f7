/** Cases of what may be ended: a misspelling is a mistake of the case, never a refusal that was expected. */
import { describe, expect, test } from 'vitest';
import { resourceNamed } from '../../../../core/policy/config/revoke-cases.ts';
import { install } from '../../../support/installation.ts';

const { bundle } = install();
const WRIT = { user: 'corp:alice', agent: 'helper', permission: 'reports-read', account: 'prod' };

describe('what a case names', () => {
  test('a session has its user, agent, owner and device', () => {
    expect(resourceNamed({ writ: WRIT }, bundle)).toEqual({
      kind: 'writ',
      value: '0000000000000000',
      user: 'corp:alice',
      agent: { agent: 'helper', owner: 'corp:finance' },
      device: { id: 'writ:device', kind: 'enrolled', compliant: null },
      task: 'CASE-1',
      permission: 'reports-read',
      account: 'prod',
    });
  });

  test.each([
    ['agent', 'helpr'],
    ['permission', 'report-read'],
    ['account', 'production'],
  ])('a session with a %s that is not there is a mistake', (field, name) => {
    expect(resourceNamed({ writ: { ...WRIT, [field]: name } }, bundle)).toMatch(`there is no ${field}`);
  });

  test.each([
    ['writ:x', 'enrolled'],
    ['mdm:x', 'attested'],
    ['corp:x', 'claimed'],
  ])('a device %s is %s', (device, kind) => {
    expect(resourceNamed({ device }, bundle)).toEqual({ kind: 'device', value: device, device: kind });
  });

  test('names are spelled as in the tag', () => {
    expect(resourceNamed({ user: 'corp:a=b' }, bundle)).toEqual({ kind: 'user', value: 'corp:a=3db' });
    expect(resourceNamed({ task: 'a=b' }, bundle)).toEqual({ kind: 'task', value: 'a=3db' });
  });

  test('nobody answers for an agent that is registered no more', () => {
    expect(resourceNamed({ agent: 'gone' }, bundle)).toEqual({ kind: 'agent', value: 'gone', owner: null });
  });
});
