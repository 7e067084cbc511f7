import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { MEASURED_KEPT } from '../../core/limits.ts';
import type { Health, Written } from '../../core/revocation/ports.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT, openTables, type TestTables } from '../support/dynamodb.ts';
import { CANARY, expectFault } from './fault.ts';

let db: TestTables;
beforeAll(async () => {
  db = await openTables();
});
afterAll(() => db.close());

let accounts = 444_455_550_000;
function fresh() {
  accounts += 1;
  const account = String(accounts);
  return { account, state: dynamodbAccountState(db.client, db.tables.control, account) };
}

const WRITTEN: Written = {
  version: 'v7',
  sha256: 'ab'.repeat(32),
  at: NOW * 1000,
  seenAt: null,
  asked: null,
  attachedTo: ['reports', 'canary'],
};
const HEALTH: Health = {
  verifiedAt: NOW,
  version: 'v7',
  rung: 'principal',
  entries: 3,
  characters: 512,
  directDenies: ['incident-7'],
};

test('what was written is read again, and replaced', async () => {
  const { state } = fresh();
  expect(await state.written()).toBeNull();
  await state.setWritten(WRITTEN);
  expect(await state.written()).toEqual(WRITTEN);
  const seen = { ...WRITTEN, seenAt: NOW * 1000 + 3000, asked: 'cd'.repeat(32) };
  await state.setWritten(seen);
  expect(await state.written()).toEqual(seen);
});

describe('health', () => {
  test('is what mint reads beside the heads', async () => {
    const { account, state } = fresh();
    const verifiedAt = async () =>
      (await dynamodbReadHeads(db.client, db.tables)([{ kind: 'all', value: '*' }], null, account))
        .verifiedAt;
    expect([await state.health(), await verifiedAt()]).toEqual([null, null]);
    await state.setHealth(HEALTH);
    expect([await state.health(), await verifiedAt()]).toEqual([HEALTH, NOW]);
  });

  test('never goes back in time', async () => {
    const { state } = fresh();
    await state.setHealth(HEALTH);
    await state.setHealth({ ...HEALTH, verifiedAt: NOW - 1, version: 'v6' });
    expect(await state.health()).toEqual(HEALTH);
    await state.setHealth({ ...HEALTH, version: 'v8' });
    expect(await state.health()).toEqual({ ...HEALTH, version: 'v8' });
  });
});

test('the newest measurements are kept, oldest first', async () => {
  const { state } = fresh();
  expect(await state.measured()).toEqual([]);
  await state.addMeasured([1500, 2500]);
  await state.addMeasured(Array.from({ length: MEASURED_KEPT - 1 }, (_, at) => at));
  const kept = await state.measured();
  expect(kept).toHaveLength(MEASURED_KEPT);
  expect(kept.slice(0, 2)).toEqual([2500, 0]);
});

test('one account’s is not another’s', async () => {
  const [one, other] = [fresh(), fresh()];
  await one.state.setWritten(WRITTEN);
  await one.state.setHealth(HEALTH);
  await one.state.addMeasured([1]);
  expect([await other.state.written(), await other.state.health(), await other.state.measured()]).toEqual([
    null,
    null,
    [],
  ]);
});

test.each([undefined, '', '{', '[]', '{"version":"v7"}', JSON.stringify({ ...WRITTEN, at: -1 })])(
  'an item that cannot be read is a fault, never "nothing": %s',
  async (body) => {
    const { account, state } = fresh();
    for (const [pk, sk] of [
      [`WRITTEN#${account}`, 'written'],
      [`HEALTH#${account}`, 'health'],
    ] as const) {
      const Item = { pk: { S: pk }, sk: { S: sk }, ...(body === undefined ? {} : { body: { S: body } }) };
      await db.client.send(new PutItemCommand({ TableName: db.tables.control, Item }));
    }
    await expectFault(state.written(), 'ledger_unavailable');
    await expectFault(state.health(), 'ledger_unavailable');
  },
);

test('what the table’s client throws is a fault that tells nothing', async () => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  const mock = mockClient(client);
  mock.on(GetItemCommand).rejects(new Error(CANARY)).on(PutItemCommand).rejects(new Error(CANARY));
  const state = dynamodbAccountState(client, 'control', '444455556666');
  await expectFault(state.written(), 'ledger_unavailable');
  await expectFault(state.setWritten(WRITTEN), 'ledger_unavailable');
  await expectFault(state.health(), 'ledger_unavailable');
  await expectFault(state.setHealth(HEALTH), 'ledger_unavailable');
  await expectFault(state.measured(), 'ledger_unavailable');
  await expectFault(state.addMeasured([1]), 'ledger_unavailable');
});
