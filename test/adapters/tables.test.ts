import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type TestTables } from '../support/dynamodb.ts';

let db: TestTables;
beforeAll(async () => {
  db = await openTables('tables');
});
afterAll(() => db.close());

const described = async (TableName: string) =>
  (await db.client.send(new DescribeTableCommand({ TableName }))).Table;

test('all three are keyed alike', async () => {
  for (const name of Object.values(db.tables)) {
    expect((await described(name))?.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
  }
});

test('the ledger has its stream with both images, and one index of keys only', async () => {
  const ledger = await described(db.tables.ledger);
  expect(ledger?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  expect(ledger?.GlobalSecondaryIndexes).toHaveLength(1);
  expect(ledger?.GlobalSecondaryIndexes?.[0]).toMatchObject({
    IndexName: 'due',
    KeySchema: [
      { AttributeName: 'due', KeyType: 'HASH' },
      { AttributeName: 'dueAt', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  });
});

/** A stream keeps what was forgotten, for a day. */
test('people and control have none', async () => {
  for (const name of [db.tables.people, db.tables.control]) {
    const table = await described(name);
    expect(table?.StreamSpecification?.StreamEnabled ?? false).toBe(false);
    expect(table?.GlobalSecondaryIndexes ?? []).toEqual([]);
  }
});
