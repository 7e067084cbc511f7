/** An auditor at the running stack: openings that are handed over, what the trail says with them, and controls over a real run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readOpenings } from '../../cli/audit/read-openings.ts';
import { type EndingStack, type Live, openEnding, PATIENCE } from '../support/ending.ts';

vi.setConfig({ testTimeout: 60_000 });

let world: EndingStack;
let ofAlice: Live;
beforeAll(async () => {
  world = await openEnding();
  ofAlice = await world.issue(world.alice, { purpose: 'Summarise the Q3 figures' });
  await world.use(ofAlice);
  await world.issue(world.bob);
  await world.revoke(world.carol, ofAlice.writ);
  await world.untilDenied(ofAlice);
}, 60_000);
afterAll(() => world.close());

const openings = (...args: readonly string[]) => world.carol.writ('openings', ...args, '--profile', 'local');
const over = (command: string, ...args: readonly string[]) => {
  const { cloudtrail_dir, evidence_dir, evidence_vkey } = world.stack.local;
  return world.carol.writ(
    command,
    cloudtrail_dir,
    '--evidence',
    evidence_dir,
    '--key',
    evidence_vkey,
    ...args,
  );
};

test('openings are what the audit reads: every record of the person, and of nobody else', async () => {
  const { exit, stdout, stderr } = await openings('corp:alice');
  expect(exit, stderr).toBe(0);
  const read = readOpenings(stdout);
  expect(read?.get(ofAlice.writ)).toMatchObject({
    purpose: { value: 'Summarise the Q3 figures', salt: expect.any(String) },
    address: { value: '127.0.0.1' },
  });
  expect(stdout).not.toContain('ticket');

  const file = join(world.home, 'openings.json');
  await writeFile(file, stdout);
  const said = await vi.waitFor(async () => {
    const ran = await over('controls', '--openings', file, '--json');
    const text = JSON.stringify(JSON.parse(ran.stdout).controls);
    expect(text).toContain('The words of 1 can be read here');
    return ran;
  }, PATIENCE);
  // One that does not fit its hash would be a flaw of the log.
  expect(JSON.parse(said.stdout).log.flaws).toEqual([]);
});

test('a revocation’s is filed under the writ that it ended, and found by its own id', async () => {
  const read = readOpenings((await openings('corp:carol')).stdout);
  const revocations = [...(read ?? [])].filter(([, fields]) => fields.reason?.value === 'A bad day');
  expect(revocations.length).toBe(1);
  expect(revocations[0]?.[0]).not.toBe(ofAlice.writ);
});

test('of one record alone, where one is enough', async () => {
  const { stdout } = await openings('corp:alice', 'corp:bob', '--writ', ofAlice.writ);
  expect(Object.keys(JSON.parse(stdout))).toEqual([ofAlice.writ]);
});

test.each([
  { args: ['corp:mallory'], exit: 3, says: 'There is none of these persons' },
  { args: ['corp:alice', '--writ', '0000000000000000'], exit: 3, says: 'There is none' },
  { args: ['alice'], exit: 1, says: 'names nobody' },
  { args: ['corp:alice', '--writ', 'x'], exit: 1, says: 'is no record' },
])('$args: exit $exit, and nothing is printed', async ({ args, exit, says }) => {
  const ran = await openings(...args);
  expect([ran.exit, ran.stdout]).toEqual([exit, '']);
  expect(ran.stderr).toContain(says);
});

test('controls over what really happened: decided first, ended early, and LOCAL said', async () => {
  const { stdout } = await over('controls');
  expect(stdout).toMatch(/^LOCAL, NOT EVIDENCE/);
  expect(stdout).toMatch(
    /In (\d) of \1 sessions the session carries the hash of the decision that allowed it/,
  );
  expect(stdout).not.toContain('that order is not shown');
  expect(stdout).toMatch(/1 revocation ended sessions: of writ ×1\. From asked for to seen refused: \d+ s/);
});
