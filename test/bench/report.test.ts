/** The table has rows for what was measured, and for nothing else. */
import { expect, test } from 'vitest';
import { type Results, table } from '../../bench/report.ts';
import { NOTHING } from '../../bench/traffic.ts';

const machine: Results['machine'] = { node: 'v24', cpus: 2, model: 'a model' };
const run = {
  dynamodb: { ...NOTHING, calls: { Query: 2, GetItem: 1 }, itemsRead: 1, bytesReceived: 403, keysWritten: 1 },
  aws: { ...NOTHING, calls: { GetPolicy: 1, ListPolicies: 1, AssumeRole: 1, ListTables: 2 } },
};

test('ending a session', () => {
  const fold = {
    entries: 10_000,
    users: 2000,
    within: 60,
    rung: 'role',
    characters: 6000,
    cold: 40.04,
    warm: 20,
  };
  const said = table({
    machine,
    fold: [{ ...fold, rung: 'role' }],
    refused: { cold: 300, millis: [50, 40, 70, 60, 45], status: { p50: 38, p99: 60, measurements: 6 } },
    reconciler: [{ writs: 100, steady: run, revoked: run }],
  });
  const cells = said.split('\n').map((line) => line.split(/ {2,}/));
  expect(cells).toEqual([
    [expect.stringMatching(/10000 writs of 2000 users .* 60 s/), '20.0 / 40.0 (rung role, 6000 characters)'],
    [expect.stringContaining('median of 5'), '50 (40 to 70)'],
    [expect.stringContaining('has to start'), '300'],
    [expect.stringContaining('writ status'), 'p50 38, p99 60 (of 6)'],
    ...['nothing new', 'one revocation'].map((what) => [
      expect.stringContaining(`${what}, 100 writs`),
      'DynamoDB 3 calls, 1 items, 403 bytes read, 1 items written; IAM 2, AssumeRole 1, canaries 2',
    ]),
  ]);
});

test('nothing was measured: nothing is said', () => {
  expect(table({ machine })).toBe('');
});
