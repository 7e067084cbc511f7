/** The explorer's tables keep the contract of the real ones: the same test for both, so that what it explores is so. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { dueHour, intentItem } from '../../core/ledger/keys.ts';
import type { Ledger, LedgerItem, ReadHeads, Spend } from '../../core/ports.ts';
import { writId } from '../../core/writ-id.ts';
import { FAILED, INTENT, ISSUED, itemOf, KEY, OPENED, ORPHANED } from '../core/ledger/fixture.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';
import { InvariantBroken } from './memory-effects.ts';
import { memoryTables } from './memory-tables.ts';

interface Ports {
  readonly ledger: Ledger;
  readonly readHeads: ReadHeads;
}

let db: TestTables;
beforeAll(async () => {
  db = await openTables();
});
afterAll(() => db.close());

const inDynamoDb = (): Ports => ({
  ledger: dynamodbLedger(db.client, db.tables),
  readHeads: dynamodbReadHeads(db.client, db.tables),
});
function inMemory(): Ports {
  const { effects } = memoryTables();
  return {
    ledger: {
      record: async (...of) => effects.record(...of),
      settle: async (...of) => effects.settle(...of),
      spend: async (...of) => effects.spend(...of),
      append: async (...of) => effects.append(...of),
      due: async (...of) => effects.due(...of),
      read: async (...of) => effects.read(...of),
      readMany: async (...of) => effects.readMany(...of),
      story: async (...of) => effects.story(...of),
    },
    readHeads: async (...of) => effects.readHeads(...of),
  };
}

let made = 0;
/** A writ that no other test has, with its items and what it spends. */
function story() {
  made += 1;
  const writ = writId(OPENED * 1000, Uint8Array.of(0, 0, 0, made));
  const intent = { ...INTENT, writ };
  const key = { ...KEY, writ, accessKeyId: `ASIATEST${writ.toUpperCase()}` };
  const spend: Required<Spend> = {
    by: writ,
    proof: { jkt: 'd1', jti: `proof-${writ}`, until: OPENED + 120 },
    actorToken: { iss: 'https://agents.example', jti: `actor-${writ}`, jkt: 'd1', until: OPENED + 300 },
  };
  const change = (item: LedgerItem): LedgerItem => ({
    ...item,
    body: item.body.replace(`"at":${OPENED}`, `"at":${OPENED + 2}`),
  });
  return {
    writ,
    intent: intentItem(intent, jcs(intent)),
    issued: itemOf({ ...ISSUED, writ, accessKeyId: key.accessKeyId }),
    failed: itemOf({ ...FAILED, writ }),
    orphaned: itemOf({ ...ORPHANED, writ }),
    key: itemOf(key),
    spend,
    change,
  };
}
const OPENINGS = { subject: 'idp:alice', values: {} };

describe.each([
  { where: 'DynamoDB', open: inDynamoDb },
  { where: 'memory', open: inMemory },
])('in $where', ({ open }) => {
  test('a record is written once; the same bytes again are success, others exist', async () => {
    const { ledger } = open();
    const { intent, spend, change } = story();
    expect(await ledger.record(intent, OPENINGS, spend)).toBe('written');
    expect(await ledger.record(intent, OPENINGS, spend)).toBe('written');
    expect(await ledger.record(change(intent), OPENINGS, null)).toBe('exists');
    expect(await ledger.read(intent.pk, intent.sk)).toEqual(intent);
    expect(await ledger.readMany([intent, { pk: intent.pk, sk: '10#outcome' }])).toEqual([intent]);
  });

  test('a proof is spent once, by a record or by itself, and nothing is written of a record that cannot', async () => {
    const { ledger } = open();
    const { spend } = story();
    const [second, third] = [story(), story()];
    expect(await ledger.spend(spend)).toBe('spent');
    expect(await ledger.spend(spend)).toBe('spent');
    expect(await ledger.spend({ ...spend, by: second.writ })).toBe('proof_spent');
    const stolen = { ...second.spend, proof: spend.proof };
    expect(await ledger.record(second.intent, OPENINGS, stolen)).toBe('proof_spent');
    expect(await ledger.read(second.intent.pk, second.intent.sk)).toBeNull();
    expect(await ledger.record(third.intent, OPENINGS, third.spend)).toBe('written');
    expect(await ledger.spend({ ...third.spend, by: second.writ })).toBe('proof_spent');
  });

  test('an actor token belongs to the key of its first use, for a record and by itself', async () => {
    const { ledger } = open();
    const [first, again, thief] = [story(), story(), story()];
    const { actorToken } = first.spend;
    await ledger.spend(first.spend);
    expect(await ledger.record(again.intent, OPENINGS, { ...again.spend, actorToken })).toBe('written');
    const other = { ...thief.spend, actorToken: { ...actorToken, jkt: 'd2' } };
    expect(await ledger.record(thief.intent, OPENINGS, other)).toBe('actor_token_of_another_key');
    expect(await ledger.spend(other)).toBe('actor_token_of_another_key');
    expect(await ledger.spend({ ...other, actorToken })).toBe('spent');
  });

  test('one outcome has the slot; whoever has it may say so again', async () => {
    const { ledger } = open();
    const { intent, spend, issued, key, orphaned, failed } = story();
    await ledger.record(intent, OPENINGS, spend);
    expect(await ledger.settle(issued, key)).toBe('written');
    expect(await ledger.settle(issued, key)).toBe('written');
    expect(await ledger.settle(orphaned, null)).toBe('exists');
    expect(await ledger.settle(failed, null)).toBe('exists');
    expect(await ledger.read(key.pk, key.sk)).toEqual(key);
    expect(await ledger.story(intent.pk)).toEqual([intent, issued]);
  });

  test('who loses the slot leaves no pointer to its key', async () => {
    const { ledger } = open();
    const { intent, spend, issued, key, orphaned } = story();
    await ledger.record(intent, OPENINGS, spend);
    await ledger.settle(orphaned, null);
    expect(await ledger.settle(issued, key)).toBe('exists');
    expect(await ledger.read(key.pk, key.sk)).toBeNull();
  });

  test('what is appended is written once', async () => {
    const { ledger } = open();
    const { intent, spend, writ, change } = story();
    await ledger.record(intent, OPENINGS, spend);
    const { v, intent: hash } = ISSUED;
    const ended = itemOf({
      v,
      type: 'ended',
      writ,
      at: OPENED,
      intent: hash,
      how: 'withheld',
      revocation: null,
    });
    expect(await ledger.append(ended)).toBe('written');
    expect(await ledger.append(ended)).toBe('written');
    expect(await ledger.append(change(ended))).toBe('exists');
  });

  test('the index holds an intent from the second after it was due, in its hour', async () => {
    const { ledger } = open();
    const { intent, spend } = story();
    await ledger.record(intent, OPENINGS, spend);
    const due = async (upTo: number) =>
      (await ledger.due(dueHour(OPENED), { from: OPENED, to: upTo }, null)).keys.filter(
        ({ pk }) => pk === intent.pk,
      );
    expect(await due(OPENED + 10)).toEqual([]);
    expect(await due(OPENED + 11)).toEqual([{ pk: intent.pk, sk: intent.sk }]);
  });

  test('heads that are absent, and the intent where a writ is named', async () => {
    const { ledger, readHeads } = open();
    const { intent, spend, writ } = story();
    const keys = [{ kind: 'user', value: `idp:nobody-${writ}` }] as const;
    const nothing = { heads: [], intent: null, verifiedAt: null, archivedTo: null };
    expect(await readHeads(keys, writ, null)).toEqual(nothing);
    await ledger.record(intent, OPENINGS, spend);
    expect(await readHeads(keys, writ, null)).toEqual({ ...nothing, intent: intent.body });
    expect(await readHeads(keys, null, null)).toEqual(nothing);
  });
});

describe('the conscience', () => {
  test('lets no outcome come before its intent', () => {
    expect(() => memoryTables().effects.settle(story().orphaned, null)).toThrow(InvariantBroken);
  });

  test('lets nothing stand in another’s place', () => {
    const [one, other] = [story(), story()];
    const { effects } = memoryTables();
    expect(() => effects.record({ ...one.intent, pk: other.intent.pk }, OPENINGS, null)).toThrow(
      InvariantBroken,
    );
  });
});
