/** Spent without a record: by a list, or by a refusal that was only counted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import type { Ledger, Spend } from '../../core/ports.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';
import { intentOf, openingsOf, spendOf, unique } from './ledger-items.ts';

let db: TestTables;
let ledger: Ledger;
beforeAll(async () => {
  db = await openTables();
  ledger = dynamodbLedger(db.client, db.tables);
});
afterAll(() => db.close());

/** The proof of one request, as another one shows it. */
const proofBy = (by: string, proof: Spend['proof']): Spend => ({ by, proof });

test('the first use, and no other', async () => {
  const { proof } = spendOf(unique());
  expect(await ledger.spend(proofBy('w1', proof))).toBe('spent');
  expect(await ledger.spend(proofBy('w2', proof))).toBe('proof_spent');
  expect(await ledger.spend(proofBy('w3', { ...proof, until: proof.until + 1 }))).toBe('proof_spent');
  expect(await ledger.spend(proofBy('w4', { ...proof, jti: `${proof.jti}2` }))).toBe('spent');
  expect(await ledger.spend(proofBy('w5', { ...proof, jkt: `${proof.jkt}2` }))).toBe('spent');
});

test('whoever spent it is told so again: no other request has its id', async () => {
  const spend = spendOf(unique());
  expect(await ledger.spend(spend)).toBe('spent');
  expect(await ledger.spend(spend)).toBe('spent');
  expect(await ledger.spend({ ...spend, by: 'another' })).toBe('proof_spent');
});

test('of twenty at once, one', async () => {
  const { proof } = spendOf(unique());
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => ledger.spend(proofBy(`w${at}`, proof))),
  );
  expect(answers.filter((answer) => answer === 'spent')).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'proof_spent')).toHaveLength(19);
});

test('an actor token belongs to the key that used it first, and another key spends nothing', async () => {
  const [first, second, third] = [unique(), unique(), unique()];
  const { actorToken } = spendOf(first);
  const spend = (id: string, jkt: string): Spend => ({
    by: id,
    proof: { ...spendOf(id).proof, jkt },
    actorToken: { ...actorToken, jkt },
  });
  expect(await ledger.spend(spend(first, 'hers'))).toBe('spent');
  expect(await ledger.spend(spend(second, 'hers'))).toBe('spent');
  expect(await ledger.spend(spend(third, 'his'))).toBe('actor_token_of_another_key');
  expect(await ledger.spend(proofBy('w1', spend(third, 'his').proof))).toBe('spent');
});

test('a spent proof with another key’s actor token is a spent proof', async () => {
  const [first, second] = [unique(), unique()];
  const { proof, actorToken } = spendOf(first);
  await ledger.spend(spendOf(first));
  const replayed = { by: second, proof, actorToken: { ...actorToken, jkt: 'another' } };
  expect(await ledger.spend(replayed)).toBe('proof_spent');
});

test('of twenty keys at once with one actor token, one has it', async () => {
  const { actorToken } = spendOf(unique());
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => {
      const { by, proof } = spendOf(unique());
      return ledger.spend({ by, proof, actorToken: { ...actorToken, jkt: proof.jkt } });
    }),
  );
  expect(answers.filter((answer) => answer === 'spent')).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'actor_token_of_another_key')).toHaveLength(19);
});

test('spent by itself it causes no record, and spent with a record not by itself', async () => {
  const [alone, recorded] = [spendOf(unique()), spendOf(unique())];
  await ledger.spend(alone);
  const record = { ...alone, by: 'another' };
  expect(await ledger.record(intentOf(unique()), openingsOf(), record)).toBe('proof_spent');
  await ledger.record(intentOf(unique()), openingsOf(), recorded);
  expect(await ledger.spend({ ...recorded, by: 'another' })).toBe('proof_spent');
});
