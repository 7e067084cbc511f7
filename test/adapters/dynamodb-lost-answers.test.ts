/** Each write, failing before and after it took effect: what the caller is told, and what a second try finds. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { ENGINE_CLIENT, openTables, type TestTables } from '../support/dynamodb.ts';
import { expectFault } from './fault.ts';
import { intentOf, openingsOf, outcomeOf, pointerOf, spendOf, unique } from './ledger-items.ts';
import { type Lossy, startLossy } from './loopback.ts';

let db: TestTables;
let wire: Lossy;
let once: DynamoDBClient;
let retrying: DynamoDBClient;
beforeAll(async () => {
  db = await openTables();
  wire = await startLossy(db.endpoint);
  once = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: wire.endpoint, maxAttempts: 1 });
  retrying = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: wire.endpoint, maxAttempts: 2 });
});
afterAll(async () => {
  once.destroy();
  retrying.destroy();
  await wire.close();
  await db.close();
});

type Write = (client: DynamoDBClient, id: string) => Promise<'written' | string>;
const WRITES: readonly { readonly name: string; readonly write: Write; readonly sk: string }[] = [
  {
    name: 'record',
    write: (client, id) => dynamodbLedger(client, db.tables).record(intentOf(id), openingsOf(), spendOf(id)),
    sk: '00#intent',
  },
  {
    name: 'settle with a key',
    write: (client, id) =>
      dynamodbLedger(client, db.tables).settle(outcomeOf(id, '{"o":1}'), pointerOf(`ASIA${id}`, id)),
    sk: '10#outcome',
  },
  {
    name: 'settle',
    write: (client, id) => dynamodbLedger(client, db.tables).settle(outcomeOf(id, '{"o":1}'), null),
    sk: '10#outcome',
  },
  {
    name: 'append',
    write: (client, id) =>
      dynamodbLedger(client, db.tables).append({ pk: `WRIT#${id}`, sk: '30#ended', body: '{"e":1}' }),
    sk: '30#ended',
  },
];

describe.each(WRITES)('$name', ({ write, sk }) => {
  const stands = async (id: string) =>
    (await dynamodbLedger(db.client, db.tables).read(`WRIT#${id}`, sk)) !== null;

  test.each(['request', 'answer'] as const)(
    'the %s is lost: a fault, and a new try succeeds',
    async (what) => {
      const id = unique();
      wire.lose(what);
      await expectFault(write(once, id), 'ledger_unavailable');
      expect(await stands(id)).toBe(what === 'answer');
      expect(await write(once, id)).toBe('written');
      expect(await stands(id)).toBe(true);
    },
  );

  test.each(['request', 'answer'] as const)(
    'the %s is lost, and the SDK tries again: written',
    async (what) => {
      const id = unique();
      wire.lose(what);
      expect(await write(retrying, id)).toBe('written');
      expect(await stands(id)).toBe(true);
    },
  );
});

test('who loses the slot while a first try’s answer was lost is told so', async () => {
  const id = unique();
  const ledger = dynamodbLedger(once, db.tables);
  wire.lose('request');
  await expectFault(ledger.settle(outcomeOf(id, '{"o":"issued"}'), null), 'ledger_unavailable');
  await dynamodbLedger(db.client, db.tables).settle(outcomeOf(id, '{"o":"orphaned"}'), null);
  expect(await ledger.settle(outcomeOf(id, '{"o":"issued"}'), null)).toBe('exists');
});

describe('spent without a record', () => {
  test.each(['request', 'answer'] as const)(
    'the %s is lost, and the SDK tries again: spent',
    async (what) => {
      const spend = spendOf(unique());
      wire.lose(what);
      expect(await dynamodbLedger(retrying, db.tables).spend(spend)).toBe('spent');
      expect(await dynamodbLedger(db.client, db.tables).spend({ ...spend, by: 'a thief' })).toBe(
        'proof_spent',
      );
    },
  );

  test('the answer is lost: a fault, and what was spent stays spent, but for who spent it', async () => {
    const spend = spendOf(unique());
    wire.lose('answer');
    await expectFault(dynamodbLedger(once, db.tables).spend(spend), 'ledger_unavailable');
    const ledger = dynamodbLedger(once, db.tables);
    expect(await ledger.spend({ ...spend, by: 'a thief' })).toBe('proof_spent');
    expect(await ledger.spend(spend)).toBe('spent');
  });

  test('a thief who was first is not taken for our own first try', async () => {
    const spend = spendOf(unique());
    await dynamodbLedger(db.client, db.tables).spend({ ...spend, by: 'a thief' });
    wire.lose('request');
    expect(await dynamodbLedger(retrying, db.tables).spend(spend)).toBe('proof_spent');
  });
});

test('a name whose answer was lost is the name that a new try is told', async () => {
  const principal = `corp:${unique()}`;
  const name = (client: DynamoDBClient, writ: string) =>
    dynamodbRefusalCounter(client, db.tables.control).name(principal, 'policy_denied', 100, writ);
  wire.lose('answer');
  expect(await name(retrying, 'w1')).toBe('w1');
  wire.lose('answer');
  await expectFault(name(once, 'w2'), 'ledger_unavailable');
  expect(await name(once, 'w3')).toBe('w1');
});
