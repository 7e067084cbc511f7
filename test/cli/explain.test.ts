import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

const config = path.join(process.cwd(), 'config');
const ALICE = ['--as', 'alice', '--group', 'finance', '--agent', 'report-writer', '--parameter', 'prefix=q3'];
const clock = () => 1_800_000_000_000;

async function explain(...argv: string[]) {
  const { home, writ } = await newWorld();
  const ran = await writ(['explain', ...argv, '--config', config], { clock });
  // Nothing was written, and `fetch` of the world was not called: there is no broker.
  expect(readdirSync(home)).toEqual([]);
  return ran;
}

test('what would be issued, in words', async () => {
  const ran = await explain('reports-read', ...ALICE);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^reports-read in prod for corp:alice with report-writer: would be issued\n/);
  expect(ran.stdout).toMatch(/^policies {2}permit by finance-reads-reports$/m);
  expect(ran.stdout).toMatch(/^until {5}2027-01-15T08:15:00Z, 900 s from now/m);
  expect(ran.stdout).toMatch(/^budget {4}7\d\d of 1400 bytes$/m);
  expect(ran.stdout).toContain('"arn:aws:s3:::example-reports/q3/*"');
  expect(ran.stdout).toMatch(/Nothing was issued\.\n$/);
});

test('and what would be refused, by which policy, and what helps', async () => {
  const ran = await explain('reports-read', ...ALICE, '--device', 'claimed');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain(
    'refused, policy_denied: The rules do not permit this as it was asked for. Remedy: enroll.',
  );
  expect(ran.stdout).toMatch(/^policies {2}refuse by device-is-proven$/m);
});

test.each([
  ['--compliant', 0],
  ['--no-compliant', 2],
])('%s says what the device management says', async (flag, exit) => {
  const ran = await explain('reports-read', ...ALICE, '--device', 'attested', flag);
  expect(ran.exit).toBe(exit);
});

test('--json is one line', async () => {
  const ran = await explain('reports-read', ...ALICE, '--duration', '60', '--json');
  expect(JSON.parse(ran.stdout)).toMatchObject({
    outcome: 'permit',
    refusal: null,
    acts_for: 'group',
    decision: { effect: 'permit', policies: ['finance-reads-reports'] },
    session: { deadline: 1_800_000_060, durationSeconds: 900, policy: { Version: '2012-10-17' } },
    bundle: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('a bundle will do in place of a folder, and says the same', async () => {
  const { home, writ } = await newWorld();
  const built = await writ(['policy', 'build', '--config', config, '--out', 'out']);
  const file = path.join(home, 'out', `${built.stdout.trim()}.json`);
  const ran = await writ(['explain', 'reports-read', ...ALICE, '--config', file], { clock });
  expect(ran.stdout).toBe((await explain('reports-read', ...ALICE)).stdout);
});

test.each([
  [['reports-read', ...ALICE, '--parameter', 'x=1'], 1, 'parameter_invalid'],
  [['nothing', ...ALICE, '--account', 'prod'], 2, 'permission_unknown'],
  [['reports-read', '--as', 'alice'], 1, 'Say which with --agent: report-writer, ticket-triage.'],
  [['reports-read', ...ALICE, '--address', 'here'], 1, '--address is an IPv4 or IPv6 address.'],
  [['reports-read', ...ALICE, '--device', 'mine'], 1, '--device is one of enrolled, attested, claimed.'],
])('%j ends with %i', async (argv, exit, says) => {
  const ran = await explain(...argv);
  expect(ran.exit).toBe(exit);
  expect(ran.stdout + ran.stderr).toContain(says);
});

test('a file that is no bundle is a mistake in the call', async () => {
  const { writ } = await newWorld();
  const ran = await writ(['explain', 'x', '--as', 'a', '--config', path.join(process.cwd(), 'package.json')]);
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr).toContain('is no bundle');
});
