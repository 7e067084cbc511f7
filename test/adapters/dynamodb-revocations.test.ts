/** The port `Revocations` on a real engine: what is committed, stamped, read, recorded and forgotten. */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import type { HeadKey } from '../../core/ports.ts';
import type { PrincipalEntry, WritEntry } from '../../core/revocation/entry.ts';
import type { Commit, HeadChange, Revocations } from '../../core/revocation/ports.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT, openTables, type TestTables } from '../support/dynamodb.ts';
import { expectFault } from './fault.ts';
import { openingsOf, spendOf, unique } from './ledger-items.ts';

let db: TestTables;
let revocations: Revocations;
beforeAll(async () => {
  db = await openTables();
  revocations = dynamodbRevocations(db.client, db.tables);
});
afterAll(() => db.close());

const ACCOUNT = '111122223333';
const someone = (): HeadKey & { readonly kind: 'user' } => ({ kind: 'user', value: `corp:${unique()}` });
const itemOf = (revocation: string, body = '{"r":1}') => ({
  pk: `REVOCATION#${revocation}`,
  sk: `20#revoked#${revocation}`,
  body,
});
const stampedOf = (revocation: string, cutoff: number) => ({
  pk: `REVOCATION#${revocation}`,
  sk: '20#stamped',
  body: `{"cutoff":${cutoff}}`,
});

const principal = (revocation: string, { value }: HeadKey): PrincipalEntry => ({
  revocation,
  askedAt: NOW * 1000,
  recordedIn: [],
  kind: 'user',
  value,
  account: '*',
  cutoff: null,
});
const writEntry = (revocation: string, account: string): WritEntry => ({
  revocation,
  askedAt: NOW * 1000,
  recordedIn: [],
  kind: 'writ',
  value: revocation,
  account,
  cutoff: NOW,
  user: 'corp:alice',
  until: NOW + 3600,
  intent: 'a'.repeat(64),
});

const ending = (revocation: string, ...keys: readonly HeadKey[]): Commit => ({
  item: itemOf(revocation),
  openings: openingsOf(),
  spend: spendOf(unique()),
  heads: keys.map((key) => ({ ...key, ends: { pendingBy: revocation } })),
  entries: keys.map((key) => principal(revocation, key)),
});
const changing = (revocation: string, change: HeadChange): Commit => ({
  ...ending(revocation),
  heads: [change],
});
const block = (key: HeadKey, until: number | null, seq: number): HeadChange => ({
  ...key,
  ends: null,
  block: { until, seq, by: 'the-block' },
});

const headOf = async ({ kind, value }: HeadKey) => {
  const { Item } = await db.client.send(
    new GetItemCommand({
      TableName: db.tables.control,
      Key: { pk: { S: `REVOKED#${kind}#${value}` }, sk: { S: 'head' } },
      ConsistentRead: true,
    }),
  );
  if (Item === undefined) return null;
  const { pk: _, sk: __, ...head } = Item;
  return head;
};

describe('commit', () => {
  test('writes record, openings, proof, heads and entries', async () => {
    const [id, key] = [unique(), someone()];
    const commit = ending(id, key);
    expect(await revocations.commit(commit)).toBe('written');
    expect(await headOf(key)).toEqual({ pending: { SS: [id] } });
    expect(await revocations.entriesOf(id)).toEqual([principal(id, key)]);
    const ledger = dynamodbLedger(db.client, db.tables);
    expect(await ledger.read(commit.item.pk, commit.item.sk)).toEqual(commit.item);
    expect(
      await ledger.spend({ ...spendOf(unique()), proof: commit.spend?.proof ?? spendOf('').proof }),
    ).toBe('proof_spent');
  });

  test('is seen by the recheck that reads next', async () => {
    const [id, key] = [unique(), someone()];
    await revocations.commit(ending(id, key));
    expect((await dynamodbReadHeads(db.client, db.tables)([key], null, null)).heads).toEqual([
      { ...key, pending: true, cutoff: null, blockedUntil: null },
    ]);
  });

  test('of one id twice: exists, and nothing of the second is written', async () => {
    const [id, one, other] = [unique(), someone(), someone()];
    await revocations.commit(ending(id, one));
    const spend = spendOf(unique());
    const again = { ...ending(id, other), item: itemOf(id, '{"r":2}'), spend };
    expect(await revocations.commit(again)).toBe('exists');
    expect(await revocations.commit({ ...again, item: itemOf(id) })).toBe('exists');
    expect(await headOf(other)).toBeNull();
    expect(await dynamodbLedger(db.client, db.tables).spend(spend)).toBe('spent');
  });

  test('with a proof that is spent: nothing is written', async () => {
    const [id, key] = [unique(), someone()];
    const spend = spendOf(unique());
    await dynamodbLedger(db.client, db.tables).spend({ ...spend, by: 'somebody else' });
    expect(await revocations.commit({ ...ending(id, key), spend })).toBe('proof_spent');
    expect(await headOf(key)).toBeNull();
    expect(await revocations.entriesOf(id)).toEqual([]);
  });

  test('a writ’s first cut-off stands', async () => {
    const key: HeadKey = { kind: 'writ', value: unique() };
    for (const cutoff of [NOW, NOW + 5]) {
      const [id, entry] = [unique(), writEntry(unique(), ACCOUNT)];
      const commit = changing(id, { ...key, ends: { cutoff } });
      expect(await revocations.commit({ ...commit, spend: null, entries: [entry] })).toBe('written');
    }
    expect(await headOf(key)).toEqual({ cutoff: { N: String(NOW) } });
  });

  test('two revocations of one user are pending side by side', async () => {
    const [one, other, key] = [unique(), unique(), someone()];
    await Promise.all([one, other].map((id) => revocations.commit(ending(id, key))));
    const head = await headOf(key);
    expect([...(head?.pending?.SS ?? [])].sort()).toEqual([one, other].sort());
  });

  test('twenty at once of one user: all are written', async () => {
    const [ids, key] = [Array.from({ length: 20 }, unique), someone()];
    const committed = await Promise.allSettled(ids.map((id) => revocations.commit(ending(id, key))));
    // An engine may refuse some as conflicts for good; what it took must be there.
    const written = ids.filter((_, at) => committed[at]?.status === 'fulfilled');
    expect([...((await headOf(key))?.pending?.SS ?? [])].sort()).toEqual([...written].sort());
    expect(written.length).toBeGreaterThan(0);
  });
});

describe('a block', () => {
  const apply = async (
    key: HeadKey,
    ...changes: readonly (readonly [until: number | null, seq: number])[]
  ) => {
    for (const [until, seq] of changes) {
      expect(await revocations.commit(changing(unique(), block(key, until, seq)))).toBe('written');
    }
    return (await headOf(key)) ?? {};
  };
  const FOR_EVER = 9_999_999_999;

  test('is set and lifted', async () => {
    const key = someone();
    expect(await apply(key, [FOR_EVER, 1])).toEqual({
      blockedBy: { S: 'the-block' },
      blockedUntil: { N: '9999999999' },
      blockSeq: { N: '1' },
    });
    expect(await apply(key, [null, 2])).toEqual({ blockSeq: { N: '2' } });
  });

  test('asked for before the lift that stands changes nothing', async () => {
    expect(await apply(someone(), [null, 5], [FOR_EVER, 4])).toEqual({ blockSeq: { N: '5' } });
  });

  test('is not lifted by what was asked for before it', async () => {
    expect(await apply(someone(), [FOR_EVER, 5], [null, 4])).toEqual({
      blockedBy: { S: 'the-block' },
      blockedUntil: { N: '9999999999' },
      blockSeq: { N: '5' },
    });
  });

  test('wins over a lift of the same millisecond, in either order', async () => {
    for (const order of [
      [FOR_EVER, null],
      [null, FOR_EVER],
    ]) {
      const head = await apply(someone(), ...order.map((until) => [until, 5] as const));
      expect(head).toMatchObject({ blockedUntil: { N: '9999999999' } });
    }
  });

  test('that comes too late ends sessions all the same', async () => {
    const [key, id] = [someone(), unique()];
    await apply(key, [null, 5]);
    const late = {
      ...ending(id, key),
      heads: [{ ...key, ends: { pendingBy: id }, block: { until: FOR_EVER, seq: 4, by: 'too-late' } }],
    };
    expect(await revocations.commit(late)).toBe('written');
    expect(await headOf(key)).toEqual({ blockSeq: { N: '5' }, pending: { SS: [id] } });
  });

  test('a head of which a lift is all that is known was not revoked', async () => {
    const key = someone();
    await apply(key, [null, 5]);
    expect((await dynamodbReadHeads(db.client, db.tables)([key], null, null)).heads).toEqual([
      { ...key, pending: false, cutoff: null, blockedUntil: null },
    ]);
  });
});

describe('stamp', () => {
  test('gives heads and entries their cut-off, and the ledger its record', async () => {
    const [id, one, other] = [unique(), someone(), someone()];
    await revocations.commit(ending(id, one, other));
    const entries = await revocations.entriesOf(id);
    expect(entries).toHaveLength(2);
    expect(await revocations.stamp(entries, NOW, stampedOf(id, NOW))).toBe('stamped');
    for (const key of [one, other]) expect(await headOf(key)).toEqual({ cutoff: { N: String(NOW) } });
    expect((await revocations.entriesOf(id)).map(({ cutoff }) => cutoff)).toEqual([NOW, NOW]);
    const { pk, sk, body } = stampedOf(id, NOW);
    expect(await dynamodbLedger(db.client, db.tables).read(pk, sk)).toEqual({ pk, sk, body });
  });

  test('a second time: what was written first stands', async () => {
    const [id, key] = [unique(), someone()];
    await revocations.commit(ending(id, key));
    const entries = await revocations.entriesOf(id);
    await revocations.stamp(entries, NOW, stampedOf(id, NOW));
    expect(await revocations.stamp(entries, NOW + 9, stampedOf(id, NOW + 9))).toBe('already');
    expect(await headOf(key)).toEqual({ cutoff: { N: String(NOW) } });
    expect((await revocations.entriesOf(id)).map(({ cutoff }) => cutoff)).toEqual([NOW]);
  });

  test('leaves the head pending while another revocation’s is, and its cut-off never goes back', async () => {
    const [early, late, key] = [unique(), unique(), someone()];
    await revocations.commit(ending(early, key));
    await revocations.commit(ending(late, key));
    await revocations.stamp(await revocations.entriesOf(late), NOW + 9, stampedOf(late, NOW + 9));
    expect(await headOf(key)).toEqual({ cutoff: { N: String(NOW + 9) }, pending: { SS: [early] } });
    expect(await revocations.stamp(await revocations.entriesOf(early), NOW, stampedOf(early, NOW))).toBe(
      'stamped',
    );
    expect(await headOf(key)).toEqual({ cutoff: { N: String(NOW + 9) } });
    expect((await revocations.entriesOf(early)).map(({ cutoff }) => cutoff)).toEqual([NOW]);
  });

  test('two at once: one cut-off for all that it stamps', async () => {
    const [id, one, other] = [unique(), someone(), someone()];
    await revocations.commit(ending(id, one, other));
    const entries = await revocations.entriesOf(id);
    await Promise.allSettled(
      [NOW, NOW + 3].map((cutoff) => revocations.stamp(entries, cutoff, stampedOf(id, cutoff))),
    );
    const cutoffs = new Set((await revocations.entriesOf(id)).map(({ cutoff }) => cutoff));
    expect(cutoffs.size).toBe(1);
    const [cutoff] = cutoffs;
    for (const key of [one, other]) expect(await headOf(key)).toEqual({ cutoff: { N: String(cutoff) } });
  });

  test('of what was never committed is a fault', async () => {
    const [id, key] = [unique(), someone()];
    await expectFault(revocations.stamp([principal(id, key)], NOW, stampedOf(id, NOW)), 'ledger_unavailable');
    expect(await headOf(key)).toBeNull();
  });
});

describe('entries', () => {
  test('of an account are its own and every principal’s, not those of another account', async () => {
    const [mine, others, id, key] = [unique(), unique(), unique(), someone()];
    const [here, there] = ['444455556666', '777788889999'];
    const writ = (revocation: string, account: string): Commit => ({
      ...ending(revocation),
      spend: null,
      entries: [writEntry(revocation, account)],
    });
    await revocations.commit(writ(mine, here));
    await revocations.commit(writ(others, there));
    await revocations.commit(ending(id, key));
    const entries = await revocations.entries(here);
    expect(entries).toContainEqual(writEntry(mine, here));
    expect(entries).toContainEqual(principal(id, key));
    expect(entries.some(({ revocation }) => revocation === others)).toBe(false);
  });

  test('over many pages are all there', async () => {
    const account = '222233334444';
    // Intents are 64 characters; DynamoDB's page is a megabyte, so a long name of a user makes few entries many.
    const ids = Array.from({ length: 60 }, unique);
    for (const id of ids) {
      const entry = { ...writEntry(id, account), user: 'x'.repeat(30_000) };
      await revocations.commit({ ...ending(id), spend: null, entries: [entry] });
    }
    const found = (await revocations.entries(account)).filter((entry) => entry.account === account);
    expect(found.map(({ revocation }) => revocation).sort()).toEqual([...ids].sort());
  });
});

describe('enforcement', () => {
  const enforcedOf = (entry: PrincipalEntry | WritEntry, body = '{"e":1}') => ({
    entry,
    item: { pk: `REVOCATION#${entry.revocation}`, sk: `21#enforced#${entry.revocation}#${ACCOUNT}`, body },
    ended: null,
  });

  /** A writ's entry is of one account, and a principal's of all. */
  const KINDS = ['writ', 'principal'] as const;
  async function committed(kind: (typeof KINDS)[number]): Promise<PrincipalEntry | WritEntry> {
    const [id, key] = [unique(), someone()];
    const entry = kind === 'writ' ? writEntry(id, ACCOUNT) : principal(id, key);
    await revocations.commit({ ...ending(id, key), entries: [entry] });
    return entry;
  }
  async function expectRecorded(...entries: readonly (PrincipalEntry | WritEntry)[]): Promise<void> {
    const found = new Map((await revocations.entries(ACCOUNT)).map((entry) => [entry.revocation, entry]));
    for (const { revocation } of entries) expect(found.get(revocation)?.recordedIn).toEqual([ACCOUNT]);
  }

  test.each(KINDS)(
    'of a %s is recorded in the ledger and in the entry, once, for more than fit in one transaction',
    async (kind) => {
      const entries = await Promise.all(Array.from({ length: 70 }, () => committed(kind)));
      await revocations.recordEnforced(
        entries.map((entry) => enforcedOf(entry)),
        ACCOUNT,
      );
      await expectRecorded(...entries);
    },
  );

  test.each(KINDS)(
    'where a record of a %s stands already: it does, and the others are written',
    async (kind) => {
      const [one, other] = [await committed(kind), await committed(kind)];
      const ledger = dynamodbLedger(db.client, db.tables);
      const first = enforcedOf(one, '{"e":"first"}');
      await ledger.append(first.item);
      const ended = { pk: `WRIT#${unique()}`, sk: '30#ended', body: '{"e":1}' };
      await revocations.recordEnforced([enforcedOf(one), { ...enforcedOf(other), ended }], ACCOUNT);
      expect(await ledger.read(first.item.pk, first.item.sk)).toEqual(first.item);
      expect(await ledger.read(ended.pk, ended.sk)).toEqual(ended);
      await expectRecorded(one, other);
    },
  );

  test('of a principal by a hundred accounts at once: each is recorded', async () => {
    const entry = principal(unique(), someone());
    await revocations.commit({ ...ending(entry.revocation), entries: [entry] });
    const accounts = Array.from({ length: 100 }, (_, at) => String(111_122_223_300 + at));
    await Promise.all(accounts.map((account) => revocations.recordEnforced([enforcedOf(entry)], account)));
    const [found] = await revocations.entriesOf(entry.revocation);
    expect([...(found?.recordedIn ?? [])].sort()).toEqual(accounts);
  });

  test('does not bring back an entry that was forgotten', async () => {
    const entry = principal(unique(), someone());
    await revocations.commit(ending(entry.revocation, entry));
    await revocations.forget([entry]);
    await revocations.recordEnforced([enforcedOf(entry)], ACCOUNT);
    expect(await revocations.entriesOf(entry.revocation)).toEqual([]);
  });

  test('twice is harmless', async () => {
    const entry = principal(unique(), someone());
    await revocations.commit(ending(entry.revocation, entry));
    for (let at = 0; at < 2; at += 1) await revocations.recordEnforced([enforcedOf(entry)], ACCOUNT);
    expect((await revocations.entriesOf(entry.revocation)).map(({ recordedIn }) => recordedIn)).toEqual([
      [ACCOUNT],
    ]);
  });
});

test('forgotten entries are gone, however many; the rest stay', async () => {
  const entries = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const [id, key] = [unique(), someone()];
      await revocations.commit(ending(id, key));
      return principal(id, key);
    }),
  );
  const [kept, ...gone] = entries;
  await revocations.forget(gone);
  const left = (await revocations.entries(ACCOUNT)).map(({ revocation }) => revocation);
  expect(gone.filter(({ revocation }) => left.includes(revocation))).toEqual([]);
  expect(left).toContain(kept?.revocation);
});

describe('when others are in the way', () => {
  const tables = { ledger: 'ledger', people: 'people', control: 'control' };
  const mocked = () => {
    const client = new DynamoDBClient(ENGINE_CLIENT);
    return { client, mock: mockClient(client), revocations: dynamodbRevocations(client, tables) };
  };
  const cancelled = (...codes: readonly string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const commit = () => ending(unique(), someone());

  test('a conflict is tried again, and written', async () => {
    const { mock, revocations } = mocked();
    const conflict = cancelled('None', 'None', 'None', 'TransactionConflict', 'None');
    mock.on(TransactWriteItemsCommand).rejectsOnce(conflict).resolves({});
    expect(await revocations.commit(commit())).toBe('written');
  });

  test('a conflict that lasts is a fault after four tries', async () => {
    const { mock, revocations } = mocked();
    mock
      .on(TransactWriteItemsCommand)
      .rejects(cancelled('None', 'None', 'None', 'TransactionConflict', 'None'));
    await expectFault(revocations.commit(commit()), 'ledger_unavailable');
    expect(mock.commandCalls(TransactWriteItemsCommand)).toHaveLength(4);
  });

  test.each([
    ['throttled', cancelled('None', 'None', 'None', 'ThrottlingError', 'None')],
    ['down', new Error('down')],
    ['of another length', cancelled('ConditionalCheckFailed')],
  ])('%s: a fault, at once', async (_, error) => {
    const { mock, revocations } = mocked();
    mock.on(TransactWriteItemsCommand).rejects(error);
    await expectFault(revocations.commit(commit()), 'ledger_unavailable');
    expect(mock.commandCalls(TransactWriteItemsCommand)).toHaveLength(1);
  });

  test('a principal’s entry, which all accounts write at the same moment, is in no transaction', async () => {
    const { mock, revocations } = mocked();
    mock.on(PutItemCommand).resolves({}).on(UpdateItemCommand).resolves({});
    const entry = principal('r1', someone());
    const item = { pk: 'REVOCATION#r1', sk: '21#enforced#r1#111122223333', body: '{}' };
    await revocations.recordEnforced([{ entry, item, ended: null }], ACCOUNT);
    expect(mock.calls().map(({ args: [command] }) => command.constructor.name)).toEqual([
      'PutItemCommand',
      'UpdateItemCommand',
    ]);
  });

  test('what a delete left unprocessed is deleted; a standstill is a fault', async () => {
    const { mock, revocations } = mocked();
    const entries = [principal('r1', someone()), principal('r2', someone())];
    const left = { control: [{ DeleteRequest: { Key: { pk: { S: 'DENY#*' }, sk: { S: 'r2' } } } }] };
    mock.on(BatchWriteItemCommand).resolvesOnce({ UnprocessedItems: left }).resolvesOnce({});
    await revocations.forget(entries);
    mock.on(BatchWriteItemCommand).resolves({ UnprocessedItems: left });
    await expectFault(revocations.forget(entries.slice(0, 1)), 'ledger_unavailable');
  });
});
