/** What `npm run bench` fails on: counts. Each is broken once, to show that it would be seen. */
import { expect, test } from 'vitest';
import { broken } from '../../bench/counts.ts';
import type { Fold } from '../../bench/fold.ts';
import type { Growth } from '../../bench/growth.ts';
import type { Reconciled, Run } from '../../bench/reconciler.ts';
import { NOTHING, type Traffic } from '../../bench/traffic.ts';
import type { Warm } from '../../bench/warm.ts';

const warm: Warm = {
  exchanges: 200,
  connections: 0,
  jwksFetches: 0,
  calls: { TransactWriteItems: 2, Invoke: 1, BatchGetItem: 2, AssumeRole: 1 },
};

const grown = (writs: number, change: Partial<Traffic> = {}): Growth => ({
  writs,
  exchanges: 20,
  traffic: {
    calls: { TransactWriteItems: 40, BatchGetItem: 40 },
    keysRead: 420,
    keysWritten: 120,
    itemsRead: 60,
    bytesSent: 137_640,
    bytesReceived: 52_080,
    ...change,
  },
});

const fold: Fold = {
  ...{ entries: 10_000, users: 2000, within: 60 },
  ...{ rung: 'role', characters: 6144, cold: 40, warm: 20 },
};

const steady: Run = {
  dynamodb: { ...NOTHING, calls: { Query: 2, GetItem: 1, PutItem: 1 }, itemsRead: 1, bytesReceived: 400 },
  aws: { ...NOTHING, calls: { GetPolicy: 1, ListTables: 2 }, bytesReceived: 3000 },
};
const revoked: Run = {
  dynamodb: {
    ...steady.dynamodb,
    calls: { ...steady.dynamodb.calls, TransactWriteItems: 1 },
    bytesSent: 900,
  },
  aws: { ...steady.aws, calls: { ...steady.aws.calls, CreatePolicyVersion: 1 } },
};
const reconciled = (writs: number, change: Partial<Reconciled> = {}): Reconciled => ({
  writs,
  steady,
  revoked,
  ...change,
});

test('five calls, the hand-over, and the same in a fuller ledger: nothing is broken', () => {
  expect(broken({ warm, growth: [grown(100), grown(10_000)] })).toEqual([]);
});

test('the longest document that IAM takes, and reconcilers that do the same in a fuller ledger: nothing is broken', () => {
  const bytesSent = { ...revoked, dynamodb: { ...revoked.dynamodb, bytesSent: 901 } };
  const reconciler = [reconciled(100), reconciled(10_000, { revoked: bytesSent })];
  expect(broken({ fold: [fold], reconciler })).toEqual([]);
});

test('what did not run breaks nothing', () => {
  expect(broken({})).toEqual([]);
});

test.each<readonly [what: string, warm: Partial<Warm>, growth: Partial<Traffic>]>([
  ['a connection that a warm exchange opens', { connections: 1 }, {}],
  ['a key set that it fetches', { jwksFetches: 1 }, {}],
  ['a sixth call', { calls: { ...warm.calls, PutItem: 1 } }, {}],
  ['a call more in a fuller ledger', {}, { calls: { TransactWriteItems: 40, BatchGetItem: 40, Query: 1 } }],
  ['a key more', {}, { keysRead: 421 }],
  ['a byte more', {}, { bytesReceived: 52_081 }],
])('%s is seen', (_, changed, growth) => {
  expect(broken({ warm: { ...warm, ...changed }, growth: [grown(100), grown(10_000, growth)] })).toHaveLength(
    1,
  );
});

test('a document that is a character too long is seen', () => {
  expect(broken({ fold: [fold, { ...fold, characters: 6145 }] })).toEqual([
    '10000 entries of 60 s folded into 6145 characters',
  ]);
});

const dynamodb = (run: Run, change: Partial<Traffic>): Run => ({
  ...run,
  dynamodb: { ...run.dynamodb, ...change },
});
const aws = (run: Run, calls: Traffic['calls']): Run => ({
  ...run,
  aws: { ...run.aws, calls: { ...run.aws.calls, ...calls } },
});

test.each<readonly [what: string, change: Partial<Reconciled>]>([
  ['a query more', { steady: dynamodb(steady, { calls: { ...steady.dynamodb.calls, Query: 3 } }) }],
  ['an item more', { steady: dynamodb(steady, { itemsRead: 2 }) }],
  ['a byte more that is read', { revoked: dynamodb(revoked, { bytesReceived: 401 }) }],
  ['a key more that is written', { revoked: dynamodb(revoked, { keysWritten: 1 }) }],
  ['a call of IAM more', { revoked: aws(revoked, { GetPolicy: 2 }) }],
])('a reconciler’s %s in a fuller ledger is seen', (_, change) => {
  expect(broken({ reconciler: [reconciled(100), reconciled(10_000, change)] })).toHaveLength(1);
});

test.each<readonly [what: string, change: Partial<Reconciled>]>([
  ['that writes where all stands', { steady: aws(steady, { CreatePolicyVersion: 1 }) }],
  ['that did not write what was revoked', { revoked: aws(revoked, { CreatePolicyVersion: 0 }) }],
])('a reconciler %s is seen: its run was another than is told', (_, change) => {
  expect(broken({ reconciler: [reconciled(100, change)] })).toHaveLength(1);
});
