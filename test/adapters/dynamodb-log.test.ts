/** Head and index of the log on a real engine. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamodbGapCursor, dynamodbWalk } from '../../adapters/dynamodb-gaps.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbLeafIndex, dynamodbLogHeads } from '../../adapters/dynamodb-log.ts';
import type { LogHead } from '../../core/evidence/ports.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';

let db: TestTables;
beforeAll(async () => {
  db = await openTables();
});
afterAll(() => db.close());

const FIRST: LogHead = {
  ...{ version: 1, size: 3, published: 0, at: 1_795_517_100 },
  edge: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
  pending: ['segments/000000000000-ab.jsonl'],
};

describe('the head', () => {
  const heads = () => dynamodbLogHeads(db.client, db.tables.control);

  test('is empty, is advanced once from there, and read as it was written', async () => {
    expect(await heads().read()).toMatchObject({ version: 0, size: 0, edge: [], pending: [] });
    expect(await heads().advance(FIRST)).toBe('written');
    expect(await heads().read()).toEqual(FIRST);
    expect(await heads().advance(FIRST)).toBe('lost');
  });

  test('is replaced by the next version alone', async () => {
    const next = { ...FIRST, version: 2, published: 3, pending: [] };
    expect(await heads().advance({ ...next, version: 3 })).toBe('lost');
    expect(await heads().advance(next)).toBe('written');
    expect(await heads().advance(next)).toBe('lost');
    expect(await heads().read()).toEqual(next);
  });

  test('of many who advance it at once one has', async () => {
    const { version } = await heads().read();
    const ends = await Promise.all(
      Array.from({ length: 8 }, (_, at) => heads().advance({ ...FIRST, version: version + 1, at })),
    );
    expect(ends.filter((end) => end === 'written')).toHaveLength(1);
  });

  test.each(['version', 'size', 'edge', 'pending'])(
    'without its %s it is a fault, and no empty log',
    async (name) => {
      const Item = {
        ...{ pk: { S: 'ARCHIVE#head' }, sk: { S: 'head' }, at: { N: '1' }, published: { N: '1' } },
        ...{ version: { N: '9' }, size: { N: '1' }, edge: { L: [] }, pending: { L: [] } },
      };
      const damaged = Object.fromEntries(Object.entries(Item).filter(([each]) => each !== name));
      await db.client.send(new PutItemCommand({ TableName: db.tables.control, Item: damaged }));
      const read = heads()
        .read()
        .catch(({ code }) => code);
      expect(await read).toBe('ledger_unavailable');
    },
  );
});

describe('the index', () => {
  const index = () => dynamodbLeafIndex(db.client, db.tables.control);
  const leafOf = (n: number) => n.toString(16).padStart(64, '0');
  let writ = 0;
  let pk: string;
  beforeEach(() => {
    writ += 1;
    pk = `WRIT#${writ}`;
  });

  test('finds what it was given, and nothing else, beyond one batch', async () => {
    const leaves = Array.from({ length: 130 }, (_, n) => ({ pk, sk: `2${n}`, leaf: leafOf(n), index: n }));
    await index().put(leaves);
    await index().put(leaves.slice(0, 5));
    const other = { pk, sk: '20', leaf: leafOf(999) };
    const found = await index().find([...leaves, other]);
    expect(found.size).toBe(130);
    expect(found.get(leafOf(129))).toBe(129);
  });

  test('the same leaf asked for twice is one key', async () => {
    const leaf = { pk, sk: '00#intent', leaf: leafOf(1), index: 4 };
    await index().put([leaf]);
    expect([...(await index().find([leaf, leaf])).values()]).toEqual([4]);
  });

  test('lists a partition’s leaves by index, several of one place and such with # in it', async () => {
    const leaves = [
      { pk, sk: '21#enforced#x#111122223333', leaf: leafOf(2), index: 9 },
      { pk, sk: '10#outcome', leaf: leafOf(3), index: 4 },
      { pk, sk: '10#outcome', leaf: leafOf(4), index: 2 },
      { pk, sk: '10#outcome#tamper', leaf: leafOf(5), index: 7 },
    ];
    await index().put(leaves);
    expect(await index().of(pk)).toEqual([...leaves].sort((one, other) => one.index - other.index));
    expect(await index().of('WRIT#none')).toEqual([]);
  });
});

describe('the gap sweep', () => {
  test('goes through the whole ledger', async () => {
    const ledger = dynamodbLedger(db.client, db.tables);
    const items = [1, 2, 3].map((n) => ({ pk: `WRIT#w${n}`, sk: '00#intent', body: `{"n":${n}}` }));
    for (const item of items) await ledger.append(item);
    const walk = dynamodbWalk(db.client, db.tables.ledger);
    const { items: found, next } = await walk(null);
    expect(next).toBeNull();
    expect(found).toEqual(expect.arrayContaining(items));
    const [first] = found;
    const behind = await walk(first === undefined ? null : { pk: first.pk, sk: first.sk });
    expect(behind.items).toEqual(found.slice(1));
  });

  test('remembers where it stopped', async () => {
    const cursor = dynamodbGapCursor(db.client, db.tables.control);
    expect(await cursor.read()).toEqual({ item: null, leaf: 0 });
    await cursor.write({ item: { pk: 'WRIT#a', sk: '00#intent' }, leaf: 7 });
    expect(await cursor.read()).toEqual({ item: { pk: 'WRIT#a', sk: '00#intent' }, leaf: 7 });
    await cursor.write({ item: null, leaf: 8 });
    expect(await cursor.read()).toEqual({ item: null, leaf: 8 });
  });
});
