/** The explorer's revocations keep the contract of the real ones: one sequence of calls in both, and the same answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { enforcedItem, revokedItem, stampedItem } from '../../core/ledger/keys.ts';
import type { HeadKey } from '../../core/ports.ts';
import type { DenyEntry, PrincipalEntry, WritEntry } from '../../core/revocation/entry.ts';
import { denyBefore } from '../../core/revocation/heads.ts';
import type { Commit, HeadChange } from '../../core/revocation/ports.ts';
import { ENFORCED, INTENT_HASH, REVOKED } from '../core/ledger/fixture.ts';
import { NOW } from '../support/clock.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';
import { memoryTables } from './memory-tables.ts';

let db: TestTables;
beforeAll(async () => {
  db = await openTables();
});
afterAll(() => db.close());

const ACCOUNT = '444455556666';
const ALICE = { kind: 'user', value: 'corp:alice' } as const;
const WRIT: HeadKey = { kind: 'writ', value: '01jd3v9q2m8x7c4b' };
const ONE = '01jd3v9q2m8x7c4d';
const OTHER = '01jd3v9q2m8x7c4e';

const entryOf = (revocation: string): PrincipalEntry => ({
  ...ALICE,
  revocation,
  askedAt: NOW * 1000,
  recordedIn: [],
  account: '*',
  cutoff: null,
});
const writEntry: WritEntry = {
  revocation: '01jd3v9q2m8x7c4f',
  askedAt: NOW * 1000,
  recordedIn: [],
  kind: 'writ',
  value: WRIT.value,
  account: ACCOUNT,
  cutoff: NOW,
  user: 'corp:alice',
  until: NOW + 900,
  intent: INTENT_HASH,
};

function commitOf(revocation: string, head: HeadChange, entries: readonly DenyEntry[], at = NOW): Commit {
  const { kind, value } = head;
  const isWrit = kind === 'writ';
  const record = { ...REVOKED, revocation, at, kind, value, cutoff: isWrit ? NOW : null };
  const item = revokedItem(isWrit ? record : { ...record, writ: null, intent: null });
  return { item, openings: { subject: 'corp:bob', values: {} }, spend: null, heads: [head], entries };
}
const ending = (revocation: string): Commit =>
  commitOf(revocation, { ...ALICE, ends: { pendingBy: revocation } }, [entryOf(revocation)]);
const block = (revocation: string, until: number | null, seq: number): Commit =>
  commitOf(revocation, { ...ALICE, ends: null, block: { until, seq, by: revocation } }, []);
const stampOf = (revocation: string, cutoff: number) =>
  stampedItem({ v: 1, type: 'stamped', revocation, at: cutoff, cutoff, denyBefore: denyBefore(cutoff) });
const enforced = (entry: DenyEntry, seenRefused: number) => ({
  entry,
  item: enforcedItem({
    ...ENFORCED,
    revocation: entry.revocation,
    account: ACCOUNT,
    seenRefused,
    ...(entry.kind === 'writ' ? {} : { writ: null, intent: null }),
  }),
  ended: null,
});

test('commit, stamp, record, forget', async () => {
  const { effects } = memoryTables();
  const real = {
    ...dynamodbRevocations(db.client, db.tables),
    readHeads: dynamodbReadHeads(db.client, db.tables),
  };
  type Port = keyof typeof real;
  /** Asks both, and goes on with what they agree on. */
  const both = async <P extends Port>(port: P, ...of: Parameters<(typeof real)[P]>): Promise<unknown> => {
    const ask = (calls: object): unknown => Reflect.apply(Reflect.get(calls, port), calls, of);
    const [theirs, ours] = [await ask(real), ask(effects)];
    expect(sorted(ours), port).toEqual(sorted(theirs));
    return ours;
  };
  const look = async (): Promise<void> => {
    await both('readHeads', [ALICE, WRIT], null, null);
    await both('entries', ACCOUNT);
    await both('entries', '999999999999');
    for (const revocation of [ONE, OTHER]) await both('entriesOf', revocation);
  };

  await look();
  for (const revocation of [ONE, OTHER]) expect(await both('commit', ending(revocation))).toBe('written');
  expect(await both('commit', ending(ONE))).toBe('exists');
  expect(await both('commit', commitOf(ONE, { ...ALICE, ends: null }, [], NOW + 1))).toBe('exists');
  await look();

  expect(await both('stamp', [entryOf(OTHER)], NOW + 9, stampOf(OTHER, NOW + 9))).toBe('stamped');
  await look();
  expect(await both('stamp', [entryOf(ONE)], NOW, stampOf(ONE, NOW))).toBe('stamped');
  expect(await both('stamp', [entryOf(ONE)], NOW, stampOf(ONE, NOW))).toBe('stamped');
  expect(await both('stamp', [entryOf(ONE)], NOW + 3, stampOf(ONE, NOW + 3))).toBe('already');
  await look();

  const blocks = [
    ['01jd3v9q2m8x7c5a', NOW + 60, 5],
    ['01jd3v9q2m8x7c5b', null, 4],
    ['01jd3v9q2m8x7c5c', null, 5],
    ['01jd3v9q2m8x7c5d', null, 6],
    ['01jd3v9q2m8x7c5e', NOW + 90, 5],
    ['01jd3v9q2m8x7c5f', NOW + 90, 6],
  ] as const;
  for (const [revocation, until, seq] of blocks) {
    expect(await both('commit', block(revocation, until, seq))).toBe('written');
    await look();
  }

  for (const cutoff of [NOW, NOW + 5]) {
    const revocation = cutoff === NOW ? writEntry.revocation : '01jd3v9q2m8x7c4g';
    await both('commit', commitOf(revocation, { ...WRIT, ends: { cutoff } }, [{ ...writEntry, revocation }]));
    await look();
  }
  const stamped = { ...entryOf(ONE), cutoff: NOW };
  for (const seen of [NOW + 1, NOW + 2]) {
    await both('recordEnforced', [enforced(stamped, seen), enforced(writEntry, seen)], ACCOUNT);
    await look();
  }
  await both('forget', [stamped]);
  await both('recordEnforced', [enforced(stamped, NOW + 3)], ACCOUNT);
  await look();
});

/** Neither promises an order. */
const sorted = (answer: unknown): unknown =>
  Array.isArray(answer)
    ? answer.map((each) => JSON.stringify(each, Object.keys(each).sort())).sort()
    : answer;
