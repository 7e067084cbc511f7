import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbSpendProof } from '../../adapters/dynamodb-spend.ts';
import type { SpendProof } from '../../core/ports.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';
import { intentOf, openingsOf, spendOf, unique } from './ledger-items.ts';

let db: TestTables;
let spendProof: SpendProof;
beforeAll(async () => {
  db = await openTables();
  spendProof = dynamodbSpendProof(db.client, db.tables.control);
});
afterAll(() => db.close());

test('the first use, and no other', async () => {
  const { proof } = spendOf(unique());
  expect(await spendProof(proof)).toBe(true);
  expect(await spendProof(proof)).toBe(false);
  expect(await spendProof({ ...proof, until: proof.until + 1 })).toBe(false);
  expect(await spendProof({ ...proof, jti: `${proof.jti}2` })).toBe(true);
  expect(await spendProof({ ...proof, jkt: `${proof.jkt}2` })).toBe(true);
});

test('of twenty at once, one', async () => {
  const { proof } = spendOf(unique());
  const answers = await Promise.all(Array.from({ length: 20 }, () => spendProof(proof)));
  expect(answers.filter((first) => first)).toHaveLength(1);
});

test('spent by itself it causes no record, and spent with a record not by itself', async () => {
  const ledger = dynamodbLedger(db.client, db.tables);
  const [alone, recorded] = [spendOf(unique()), spendOf(unique())];
  await spendProof(alone.proof);
  expect(await ledger.record(intentOf(unique()), openingsOf(), alone)).toBe('proof_spent');
  await ledger.record(intentOf(unique()), openingsOf(), recorded);
  expect(await spendProof(recorded.proof)).toBe(false);
});
