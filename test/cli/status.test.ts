import { expect, test } from 'vitest';
import { HEALTH_SECONDS } from '../../core/limits.ts';
import type { AccountStatus, Status } from '../../core/status.ts';
import { signedInAt } from './signed-in.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds
const STATUS = ['status', '--profile', 'work'];

const verified = (change: Partial<NonNullable<AccountStatus['verified']>> = {}) => ({
  at: NOW / 1000 - 12,
  age: 12,
  version: 'v7',
  rung: 'principal' as const,
  entries: 3,
  characters: 512,
  direct_denies: [],
  ...change,
});
const account = (change: Partial<AccountStatus> = {}): AccountStatus => ({
  account: 'prod',
  id: '111122223333',
  verified: verified(),
  enforced_within: { p50: 1234, p99: 5678, measurements: 40 },
  ...change,
});
const answering = (...accounts: AccountStatus[]) =>
  signedInAt(NOW, () => ({ status: 200, body: { accounts } satisfies Status }));

test('account by account: age, rung, entries, characters, times and of how many', async () => {
  const { writ, broker } = await answering(account());
  const ran = await writ(STATUS);
  expect(ran).toEqual({
    exit: 0,
    stderr: '',
    stdout:
      'ACCOUNT  ID            VERIFIED  RUNG       ENTRIES  CHARACTERS   REFUSED WITHIN                DIRECT\n' +
      'prod     111122223333  12 s ago  principal  3        512 of 6144  p50 1.2 s, p99 5.7 s (of 40)  0\n',
  });
  expect(broker.seen[0]?.path).toBe('/status');
});

test.each([
  ['never verified', null],
  ['verified too long ago', verified({ age: HEALTH_SECONDS + 1 })],
])('an account that was %s is warned of, and exit 4', async (_, stale) => {
  const { writ } = await answering(account(), account({ account: 'dev', verified: stale }));
  const ran = await writ(STATUS);
  expect(ran.exit).toBe(4);
  expect(ran.stdout.match(/^warning: dev/gm)?.length).toBe(1);
  expect(ran.stdout).not.toContain('warning: prod');
});

test('the last second still counts, as it does for mint', async () => {
  const { writ } = await answering(account({ verified: verified({ age: HEALTH_SECONDS }) }));
  expect((await writ(STATUS)).exit).toBe(0);
});

test('direct denies are told, with how to take them back, and cannot write to the terminal', async () => {
  const { writ } = await answering(
    account({ verified: verified({ direct_denies: ['end.all', 'x\u001b[2J'] }) }),
  );
  const { stdout, exit } = await writ(STATUS);
  expect(exit).toBe(0);
  expect(stdout).toContain('writ revoke --direct --undo end.all');
  expect(stdout).not.toContain('\u001b');
});

test('what was not measured says so', async () => {
  const { writ } = await answering(account({ enforced_within: null }));
  expect((await writ(STATUS)).stdout).toContain('not measured');
});

test('as one line of JSON, with a verdict for each account', async () => {
  const stale = account({ account: 'dev', verified: null });
  const { writ } = await answering(account(), stale);
  const ran = await writ([...STATUS, '--json']);
  expect(ran).toMatchObject({ exit: 4, stderr: '' });
  expect(JSON.parse(ran.stdout)).toEqual({
    accounts: [
      { ...account(), healthy: true },
      { ...stale, healthy: false },
    ],
  });
});

test('who may see nothing is told so: exit 3', async () => {
  const { writ } = await answering();
  expect(await writ(STATUS)).toMatchObject({ exit: 3, stdout: '' });
});
