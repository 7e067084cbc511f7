import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dynamodbCursor,
  dynamodbReadHeads,
  dynamodbRefusalCounter,
} from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import type { HeadKey, ReadHeads, RefusalCounter } from '../../core/ports.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT, openTables, type TestTables } from '../support/dynamodb.ts';
import { expectFault } from './fault.ts';
import { intentOf, unique } from './ledger-items.ts';

let db: TestTables;
let readHeads: ReadHeads;
let counter: RefusalCounter;
beforeAll(async () => {
  db = await openTables();
  readHeads = dynamodbReadHeads(db.client, db.tables);
  counter = dynamodbRefusalCounter(db.client, db.tables.control);
});
afterAll(() => db.close());

type Attributes = Record<string, AttributeValue>;

const putHead = ({ kind, value }: HeadKey, attributes: Attributes) =>
  db.client.send(
    new PutItemCommand({
      TableName: db.tables.control,
      Item: { pk: { S: `REVOKED#${kind}#${value}` }, sk: { S: 'head' }, ...attributes },
    }),
  );

const user = (): HeadKey => ({ kind: 'user', value: `corp:${unique()}` });
const REVOKED = { pending: false, cutoff: null, blockedUntil: null };

describe('heads', () => {
  test.each<{ name: string; stored: Attributes; read: Partial<typeof REVOKED> | object }>([
    { name: 'pending', stored: { pending: { BOOL: true } }, read: { pending: true } },
    { name: 'cut off', stored: { cutoff: { N: String(NOW) } }, read: { cutoff: NOW } },
    {
      name: 'cut off and blocked',
      stored: { cutoff: { N: String(NOW) }, blockedUntil: { N: '253402300799' }, seq: { N: '7' } },
      read: { cutoff: NOW, blockedUntil: 253_402_300_799 },
    },
    {
      name: 'revoked again, before the new cut-off is stamped',
      stored: { pending: { BOOL: true }, cutoff: { N: String(NOW) } },
      read: { pending: true, cutoff: NOW },
    },
    {
      // Whoever lifts a pending one removes the attribute: a value that says no is still there.
      name: 'pending, whatever its value',
      stored: { pending: { BOOL: false } },
      read: { pending: true },
    },
  ])('$name', async ({ stored, read }) => {
    const key = user();
    await putHead(key, stored);
    expect(await readHeads([key], null, null)).toEqual({
      heads: [{ ...key, ...REVOKED, ...read }],
      intent: null,
      verifiedAt: null,
      archivedTo: null,
    });
  });

  test('an absent head was never revoked', async () => {
    expect(await readHeads([user(), { kind: 'all', value: '*' }], null, null)).toEqual({
      heads: [],
      intent: null,
      verifiedAt: null,
      archivedTo: null,
    });
  });

  test('eight heads and the intent in one call, each under its own kind', async () => {
    const id = unique();
    const kinds = ['writ', 'user', 'device', 'agent', 'task', 'permission', 'role', 'all'] as const;
    const keys = kinds.map((kind) => ({ kind, value: `same-${id}` }));
    const [writ, , device, , , , , all] = keys;
    for (const [at, key] of [writ, device, all].entries()) {
      if (key) await putHead(key, { cutoff: { N: String(NOW + at) } });
    }
    await dynamodbLedger(db.client, db.tables).append(intentOf(id, '{"ünicode": "☃"}'));
    expect(await readHeads(keys, id, null)).toEqual({
      heads: [
        { ...writ, ...REVOKED, cutoff: NOW },
        { ...device, ...REVOKED, cutoff: NOW + 1 },
        { ...all, ...REVOKED, cutoff: NOW + 2 },
      ],
      intent: '{"ünicode": "☃"}',
      verifiedAt: null,
      archivedTo: null,
    });
  });

  test('an absent intent is null, also where heads are there', async () => {
    const key = user();
    await putHead(key, { cutoff: { N: '1' } });
    expect(await readHeads([key], unique(), null)).toEqual({
      heads: [{ ...key, ...REVOKED, cutoff: 1 }],
      intent: null,
      verifiedAt: null,
      archivedTo: null,
    });
  });

  test.each<{ stored: Attributes }>([
    { stored: { cutoff: { S: String(NOW) } } },
    { stored: { cutoff: { N: '1.5' } } },
    { stored: { cutoff: { N: '-1' } } },
    { stored: { cutoff: { N: '1e30' } } },
    { stored: { cutoff: { NULL: true } } },
    { stored: { cutoff: { N: String(NOW) }, blockedUntil: { S: 'tomorrow' } } },
    { stored: { pending: { BOOL: true }, cutoff: { BOOL: true } } },
    { stored: { seq: { N: '7' } } },
    { stored: {} },
  ])('a head that cannot be read is a fault, never "not revoked": $stored', async ({ stored }) => {
    const key = user();
    await putHead(key, stored);
    await expectFault(readHeads([key], null, null), 'ledger_unavailable');
  });

  /** Answers that no engine here gives. */
  const KEY = { kind: 'user', value: 'corp:alice' } as const;
  const PK = { pk: { S: 'REVOKED#user#corp:alice' }, sk: { S: 'head' } };
  const SPARE = { Responses: { control: [], ledger: [] }, UnprocessedKeys: {} };
  test.each<{ name: string; answer: Partial<BatchGetItemCommandOutput> }>([
    { name: 'a head left unprocessed', answer: { ...SPARE, UnprocessedKeys: { control: { Keys: [PK] } } } },
    { name: 'an intent left unprocessed', answer: { ...SPARE, UnprocessedKeys: { ledger: { Keys: [PK] } } } },
    { name: 'nothing at all', answer: {} },
    { name: 'nothing of control', answer: { Responses: { ledger: [] } } },
    { name: 'another’s head', answer: { Responses: { control: [{ pk: { S: 'REVOKED#user#corp:bob' } }] } } },
    { name: 'an empty number', answer: { Responses: { control: [{ ...PK, cutoff: { N: '' } }] } } },
  ])('the answer is $name: a fault', async ({ answer }) => {
    const client = new DynamoDBClient(ENGINE_CLIENT);
    mockClient(client).on(BatchGetItemCommand).resolves(answer);
    const tables = { ledger: 'ledger', people: 'people', control: 'control' };
    await expectFault(dynamodbReadHeads(client, tables)([KEY], 'w1', null), 'ledger_unavailable');
  });
});

describe('refusals', () => {
  test('are counted, and none is named by being counted', async () => {
    const principal = `corp:${unique()}`;
    expect(await counter.count(principal, 'policy_denied', 100)).toEqual({ count: 1, first: null });
    expect(await counter.count(principal, 'policy_denied', 100)).toEqual({ count: 2, first: null });
  });

  test('keep the first name, and counting does not touch it', async () => {
    const principal = `corp:${unique()}`;
    await counter.count(principal, 'policy_denied', 100);
    expect(await counter.name(principal, 'policy_denied', 100, 'w1')).toBe('w1');
    expect(await counter.count(principal, 'policy_denied', 100)).toEqual({ count: 2, first: 'w1' });
    expect(await counter.name(principal, 'policy_denied', 100, 'w2')).toBe('w1');
    expect(await counter.count(principal, 'policy_denied', 100)).toEqual({ count: 3, first: 'w1' });
  });

  test('by principal, reason and minute', async () => {
    const principal = `corp:${unique()}`;
    await counter.count(principal, 'policy_denied', 100);
    await counter.name(principal, 'policy_denied', 100, 'w1');
    for (const [who, why, when] of [
      [`${principal}2`, 'policy_denied', 100],
      [principal, 'device_missing', 100],
      [principal, 'policy_denied', 101],
    ] as const) {
      expect(await counter.count(who, why, when)).toEqual({ count: 1, first: null });
      expect(await counter.name(who, why, when, 'w2')).toBe('w2');
    }
  });

  test('twenty at once: each its own count', async () => {
    const principal = `corp:${unique()}`;
    const counted = await Promise.all(
      Array.from({ length: 20 }, () => counter.count(principal, 'policy_denied', 100)),
    );
    expect(counted.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });

  test('twenty names at once: all are told one, which is one of them and stays', async () => {
    const principal = `corp:${unique()}`;
    await counter.count(principal, 'policy_denied', 100);
    const ids = Array.from({ length: 20 }, (_, at) => `w${at}`);
    const named = await Promise.all(ids.map((id) => counter.name(principal, 'policy_denied', 100, id)));
    const [first = ''] = named;
    expect(new Set(named)).toEqual(new Set([first]));
    expect(ids).toContain(first);
    expect(await counter.count(principal, 'policy_denied', 100)).toEqual({ count: 2, first });
  });

  const answering = (Attributes: Attributes | undefined): RefusalCounter => {
    const client = new DynamoDBClient(ENGINE_CLIENT);
    mockClient(client).on(UpdateItemCommand).resolves({ Attributes });
    return dynamodbRefusalCounter(client, 'control');
  };

  test.each<{ name: string; Attributes: Attributes | undefined }>([
    { name: 'nothing', Attributes: undefined },
    { name: 'no count', Attributes: { first: { S: 'w1' } } },
    { name: 'half a count', Attributes: { count: { N: '1.5' }, first: { S: 'w1' } } },
  ])('the answer to a count holds $name: a fault', async ({ Attributes }) => {
    await expectFault(answering(Attributes).count('corp:alice', 'policy_denied', 100), 'ledger_unavailable');
  });

  test.each<{ name: string; Attributes: Attributes | undefined }>([
    { name: 'nothing', Attributes: undefined },
    { name: 'no first id', Attributes: { count: { N: '1' } } },
    { name: 'a first id that is no text', Attributes: { count: { N: '1' }, first: { N: '1' } } },
  ])('the answer to a name holds $name: a fault', async ({ Attributes }) => {
    await expectFault(
      answering(Attributes).name('corp:alice', 'policy_denied', 100, 'w1'),
      'ledger_unavailable',
    );
  });
});

describe('the sweep’s cursor', () => {
  test('is nowhere before a sweep has finished an hour, and never goes back', async () => {
    const cursor = dynamodbCursor(db.client, db.tables.control);
    expect(await cursor.read()).toBeNull();
    await cursor.advance(NOW);
    expect(await cursor.read()).toBe(NOW);
    await cursor.advance(NOW - 3600);
    expect(await cursor.read()).toBe(NOW);
    await cursor.advance(NOW + 3600);
    expect(await cursor.read()).toBe(NOW + 3600);
  });

  test('that cannot be read or written is a fault, and so is one that is no number', async () => {
    const client = mockClient(DynamoDBClient);
    const cursor = dynamodbCursor(new DynamoDBClient({}), 'control');
    client.on(GetItemCommand).rejects(new Error('down'));
    client.on(UpdateItemCommand).rejects(new Error('down'));
    await expectFault(cursor.read(), 'ledger_unavailable');
    await expectFault(cursor.advance(NOW), 'ledger_unavailable');
    client.on(GetItemCommand).resolves({ Item: { settledTo: { S: 'soon' } } });
    await expectFault(cursor.read(), 'ledger_unavailable');
    client.restore();
  });
});
