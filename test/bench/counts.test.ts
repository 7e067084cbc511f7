/** What `npm run bench` fails on: counts. Each is broken once, to show that it would be seen. */
import { expect, test } from 'vitest';
import { broken } from '../../bench/counts.ts';
import type { Growth } from '../../bench/growth.ts';
import type { Warm } from '../../bench/warm.ts';

const warm: Warm = {
  exchanges: 200,
  connections: 0,
  jwksFetches: 0,
  calls: { TransactWriteItems: 2, Invoke: 1, BatchGetItem: 2, AssumeRole: 1 },
};

const grown = (writs: number, change: Partial<Growth['traffic']> = {}): Growth => ({
  writs,
  exchanges: 20,
  traffic: {
    calls: { TransactWriteItems: 40, BatchGetItem: 40 },
    keysRead: 380,
    keysWritten: 120,
    itemsRead: 20,
    bytesSent: 137_640,
    bytesReceived: 52_080,
    ...change,
  },
});

test('five calls, the hand-over, and the same in a fuller ledger: nothing is broken', () => {
  expect(broken(warm, [grown(100), grown(10_000)])).toEqual([]);
});

test.each<readonly [what: string, warm: Partial<Warm>, growth: Partial<Growth['traffic']>]>([
  ['a connection that a warm exchange opens', { connections: 1 }, {}],
  ['a key set that it fetches', { jwksFetches: 1 }, {}],
  ['a sixth call', { calls: { ...warm.calls, PutItem: 1 } }, {}],
  ['a call more in a fuller ledger', {}, { calls: { TransactWriteItems: 40, BatchGetItem: 40, Query: 1 } }],
  ['a key more', {}, { keysRead: 381 }],
  ['a byte more', {}, { bytesReceived: 52_081 }],
])('%s is seen', (_, changed, growth) => {
  expect(broken({ ...warm, ...changed }, [grown(100), grown(10_000, growth)])).toHaveLength(1);
});
