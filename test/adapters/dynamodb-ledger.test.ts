/** The `Ledger` port's promises, kept by a real engine. */
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import type { DuePage, Ledger, Spend } from '../../core/ports.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT, openTables, type TestTables } from '../support/dynamodb.ts';
import { expectFault } from './fault.ts';
import {
  intentOf,
  OPENINGS_TEXT,
  openingsOf,
  outcomeOf,
  pointerOf,
  spendOf,
  unique,
} from './ledger-items.ts';

let db: TestTables;
let ledger: Ledger;
beforeAll(async () => {
  db = await openTables();
  ledger = dynamodbLedger(db.client, db.tables);
});
afterAll(() => db.close());

/** Every item of the three tables whose key names this id. */
async function tracesOf(id: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const TableName of Object.values(db.tables)) {
    const { Items = [] } = await db.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    for (const { pk, sk } of Items) {
      if (`${pk?.S}/${sk?.S}/`.match(new RegExp(`[#-]${id}[/#]`))) found.push(`${pk?.S}/${sk?.S}`);
    }
  }
  return found.sort();
}

describe('record', () => {
  test('writes the record, its openings and what it spends', async () => {
    const id = unique();
    expect(await ledger.record(intentOf(id), openingsOf(`corp:${id}`), spendOf(id))).toBe('written');
    expect(await ledger.read(`WRIT#${id}`, '00#intent')).toEqual(intentOf(id));
    const { Item } = await db.client.send(
      new GetItemCommand({
        TableName: db.tables.people,
        Key: { pk: { S: `corp:${id}` }, sk: { S: `WRIT#${id}#00#intent` } },
      }),
    );
    expect(Item?.body?.S).toBe(OPENINGS_TEXT);
    expect(await tracesOf(id)).toEqual([
      expect.stringContaining(`PROOF#jkt-${id}/`),
      `WRIT#${id}/00#intent`,
      `corp:${id}/WRIT#${id}#00#intent`,
    ]);
  });

  test('the very same bytes again are success, though proof and openings are there', async () => {
    const id = unique();
    await ledger.record(intentOf(id), openingsOf(), spendOf(id));
    expect(await ledger.record(intentOf(id), openingsOf(), spendOf(id))).toBe('written');
  });

  test('other bytes in the same place are not', async () => {
    const id = unique();
    await ledger.record(intentOf(id), openingsOf(), spendOf(id));
    const other = intentOf(id, '{"type":"intent","writ":"other"}');
    expect(await ledger.record(other, openingsOf(), spendOf(unique()))).toBe('exists');
    expect(await ledger.read(`WRIT#${id}`, '00#intent')).toEqual(intentOf(id));
  });

  test('a proof is spent by its first record, for that key', async () => {
    const [first, second, third] = [unique(), unique(), unique()];
    const { proof } = spendOf(first);
    expect(await ledger.record(intentOf(first), openingsOf(), { by: first, proof })).toBe('written');
    expect(await ledger.record(intentOf(second), openingsOf(), { by: second, proof })).toBe('proof_spent');
    const ofAnotherKey = { by: third, proof: { ...proof, jkt: 'another' } };
    expect(await ledger.record(intentOf(third), openingsOf(), ofAnotherKey)).toBe('written');
  });

  test('an actor token belongs to the key that used it first', async () => {
    const [first, second, third] = [unique(), unique(), unique()];
    const { actorToken } = spendOf(first);
    const spend = (id: string, jkt: string): Spend => ({
      by: id,
      proof: { ...spendOf(id).proof, jkt },
      actorToken: { ...actorToken, jkt },
    });
    expect(await ledger.record(intentOf(first), openingsOf(), spend(first, 'hers'))).toBe('written');
    expect(await ledger.record(intentOf(second), openingsOf(), spend(second, 'hers'))).toBe('written');
    expect(await ledger.record(intentOf(third), openingsOf(), spend(third, 'his'))).toBe(
      'actor_token_of_another_key',
    );
  });

  test('a jti belongs to its issuer: another one may use the same', async () => {
    const [first, second] = [unique(), unique()];
    const { actorToken } = spendOf(first);
    const spend = (id: string, iss: string): Spend => ({
      by: id,
      proof: spendOf(id).proof,
      actorToken: { ...actorToken, iss, jkt: spendOf(id).proof.jkt },
    });
    expect(await ledger.record(intentOf(first), openingsOf(), spend(first, 'https://a.example'))).toBe(
      'written',
    );
    expect(await ledger.record(intentOf(second), openingsOf(), spend(second, 'https://b.example'))).toBe(
      'written',
    );
  });

  test('a jti of any shape is only text', async () => {
    for (const jti of ['', '#', `${'x'.repeat(5000)}`, '\u0000', '雪 ☃ 𝒳', 'a/../b']) {
      const id = unique();
      const proof = { jkt: `jkt-${id}`, jti, until: NOW };
      expect(await ledger.record(intentOf(id), openingsOf(), { by: id, proof })).toBe('written');
      const other = unique();
      expect(await ledger.record(intentOf(other), openingsOf(), { by: other, proof })).toBe('proof_spent');
    }
  });

  test.each([
    { why: 'its place is taken', expected: 'exists', spoil: 'record' },
    { why: 'its proof is spent', expected: 'proof_spent', spoil: 'proof' },
    { why: 'its actor token is another key’s', expected: 'actor_token_of_another_key', spoil: 'actorToken' },
  ])('nothing is written when $why', async ({ expected, spoil }) => {
    const [id, before] = [unique(), unique()];
    const spend = { ...spendOf(id) };
    const earlier = spendOf(before);
    if (spoil === 'proof') spend.proof = earlier.proof;
    if (spoil === 'actorToken') spend.actorToken = { ...earlier.actorToken, jkt: spend.proof.jkt };
    await ledger.record(intentOf(before), openingsOf(), earlier);
    if (spoil === 'record') await ledger.append(intentOf(id, '{"another":"record"}'));

    expect(await ledger.record(intentOf(id), openingsOf(), spend)).toBe(expected);
    expect(await tracesOf(id)).toEqual(spoil === 'record' ? [`WRIT#${id}/00#intent`] : []);
    // What it would have spent is still unspent.
    const again = { ...spendOf(id), ...(spoil === 'proof' ? {} : { proof: spend.proof }) };
    expect(await ledger.record(intentOf(unique()), openingsOf(), again)).toBe('written');
  });

  test('of twenty at once with one proof, one is written', async () => {
    const { proof } = spendOf(unique());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        ledger.record(intentOf(unique()), openingsOf(), { by: `w${at}`, proof }),
      ),
    );
    expect(answers.filter((answer) => answer === 'written')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'proof_spent')).toHaveLength(19);
  });

  test('openings already there without their record are a fault: no road of ours leads there', async () => {
    const id = unique();
    await db.client.send(
      new PutItemCommand({
        TableName: db.tables.people,
        Item: { pk: { S: `corp:${id}` }, sk: { S: `WRIT#${id}#00#intent` } },
      }),
    );
    await expectFault(ledger.record(intentOf(id), openingsOf(`corp:${id}`), null), 'ledger_unavailable');
    expect(await ledger.read(`WRIT#${id}`, '00#intent')).toBeNull();
  });
});

describe('settle', () => {
  test('the outcome and its key pointer stand together', async () => {
    const id = unique();
    const key = pointerOf(`ASIA${id}`, id);
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"issued"}'), key)).toBe('written');
    expect(await ledger.read(`WRIT#${id}`, '10#outcome')).toEqual(outcomeOf(id, '{"outcome":"issued"}'));
    expect(await ledger.read(`KEY#ASIA${id}`, '00#key')).toEqual(key);
  });

  test.each([
    { name: 'with a key', keyed: true },
    { name: 'without one', keyed: false },
  ])('the same outcome again, $name, is success; another is not', async ({ keyed }) => {
    const id = unique();
    const key = keyed ? pointerOf(`ASIA${id}`, id) : null;
    await ledger.settle(outcomeOf(id, '{"outcome":"first"}'), key);
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"first"}'), key)).toBe('written');
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"other"}'), key)).toBe('exists');
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"other"}'), null)).toBe('exists');
  });

  test('who loses the slot leaves no key pointer', async () => {
    const id = unique();
    await ledger.settle(outcomeOf(id, '{"outcome":"orphaned"}'), null);
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"issued"}'), pointerOf(`ASIA${id}`, id))).toBe(
      'exists',
    );
    expect(await ledger.read(`KEY#ASIA${id}`, '00#key')).toBeNull();
  });

  test('of twenty outcomes at once, with and without a key, one wins', async () => {
    const id = unique();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        ledger.settle(outcomeOf(id, `{"at":${at}}`), at % 2 === 0 ? pointerOf(`ASIA${id}x${at}`, id) : null),
      ),
    );
    const winner = answers.indexOf('written');
    expect(answers.filter((answer) => answer === 'written')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'exists')).toHaveLength(19);
    expect((await ledger.read(`WRIT#${id}`, '10#outcome'))?.body).toBe(`{"at":${winner}}`);
    for (const at of answers.keys()) {
      const pointer = await ledger.read(`KEY#ASIA${id}x${at}`, '00#key');
      expect(pointer !== null).toBe(at === winner && at % 2 === 0);
    }
  });

  test('a pointer that is there before its outcome is a fault, and the slot stays free', async () => {
    const id = unique();
    const key = pointerOf(`ASIA${id}`, id);
    await ledger.append(key);
    await expectFault(ledger.settle(outcomeOf(id, '{"outcome":"issued"}'), key), 'ledger_unavailable');
    expect(await ledger.read(`WRIT#${id}`, '10#outcome')).toBeNull();
    expect(await ledger.settle(outcomeOf(id, '{"outcome":"orphaned"}'), null)).toBe('written');
  });

  test.each<{ hostile: Record<string, AttributeValue> }>([
    { hostile: { body: { N: '1' } } },
    { hostile: { body: { L: [] } } },
    { hostile: {} },
  ])('a slot that holds no text is taken, and what is in it is no record: $hostile', async ({ hostile }) => {
    const id = unique();
    const Item = { pk: { S: `WRIT#${id}` }, sk: { S: '10#outcome' }, ...hostile };
    await db.client.send(new PutItemCommand({ TableName: db.tables.ledger, Item }));
    expect(await ledger.settle(outcomeOf(id, 'undefined'), null)).toBe('exists');
    expect(await ledger.settle(outcomeOf(id, 'undefined'), pointerOf(`ASIA${id}`, id))).toBe('exists');
    const read = await ledger.read(`WRIT#${id}`, '10#outcome');
    expect(read).toEqual({ pk: `WRIT#${id}`, sk: '10#outcome', body: '' });
    expect(read && readItem(read)).toEqual({ flaw: 'not_json' });
  });
});

describe('append and read', () => {
  test('one put only, of these bytes only', async () => {
    const item = { pk: `WRIT#${unique()}`, sk: '30#ended', body: '{"how":"withheld"}' };
    expect(await ledger.append(item)).toBe('written');
    expect(await ledger.append(item)).toBe('written');
    expect(await ledger.append({ ...item, body: '{"how":"deadline"}' })).toBe('exists');
    expect(await ledger.read(item.pk, item.sk)).toEqual(item);
  });

  test('what is not there is null', async () => {
    expect(await ledger.read(`WRIT#${unique()}`, '00#intent')).toBeNull();
  });

  test.each([
    { name: 'Unicode', body: '{"purpose":"Überprüfung — 雪だるま ☃ 👩‍💻 \\u0000\\n ‮ é é"}' },
    { name: '50 KB', body: `{"x":"${'ä𝒳'.repeat(8500)}"}` },
    { name: 'spaces around', body: '  {"x": 1 }\r\n' },
  ])('a body comes back byte for byte: $name', async ({ body }) => {
    const id = unique();
    await ledger.record(intentOf(id, body), openingsOf(), null);
    const back = await ledger.read(`WRIT#${id}`, '00#intent');
    expect(Buffer.from(back?.body ?? '')).toEqual(Buffer.from(body));
    // Texts that only look the same are other bytes.
    expect(await ledger.record(intentOf(id, body.normalize('NFD')), openingsOf(), null)).toBe(
      body === body.normalize('NFD') ? 'written' : 'exists',
    );
  });
});

describe('story', () => {
  test('all of one partition, oldest sort key first, over every page, and nothing else', async () => {
    const pk = `WRIT#${unique()}`;
    const places = ['30#ended', '00#intent', '21#enforced#b#1', '10#outcome', '20#revoked#b', '20#revoked#a'];
    for (const sk of places) await ledger.append({ pk, sk, body: '{}' });
    await ledger.append({ pk: `${pk}0`, sk: '00#intent', body: '{}' });
    const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: db.endpoint });
    client.middlewareStack.add(
      (next) => (args) => next({ ...args, input: Object.assign({}, args.input, { Limit: 1 }) }),
      { step: 'initialize' },
    );
    for (const reader of [ledger, dynamodbLedger(client, db.tables)]) {
      expect((await reader.story(pk)).map(({ sk }) => sk)).toEqual([...places].sort());
    }
    expect(await ledger.story(`${pk}1`)).toEqual([]);
  });
});

describe('due', () => {
  const HOUR = '2030-01-01T11';
  const upTo = Date.UTC(2030, 0, 1, 11, 0, 10) / 1000;
  const dueAt = (time: string, id: string) => ({
    ...intentOf(id),
    due: time.slice(0, 13),
    dueAt: `${time}#${id}`,
  });

  test('oldest first, within the hour, and up to the time but not at it', async () => {
    const late = [
      dueAt('2030-01-01T11:00:09Z', 'due-c'),
      dueAt('2030-01-01T11:00:00Z', 'due-b'),
      dueAt('2030-01-01T11:00:00Z', 'due-a'),
      dueAt('2030-01-01T11:00:10Z', 'due-at-the-time'),
      dueAt('2030-01-01T11:00:11Z', 'due-later'),
      dueAt('2030-01-01T10:59:59Z', 'due-the-hour-before'),
      dueAt('2030-01-01T12:00:00Z', 'due-the-hour-after'),
    ];
    for (const item of late) await ledger.append(item);
    await ledger.append({ pk: 'WRIT#due-unindexed', sk: '10#outcome', body: '{}' });

    expect(await ledger.due(HOUR, { from: upTo - 10, to: upTo }, null)).toEqual({
      keys: ['due-a', 'due-b', 'due-c'].map((id) => ({ pk: `WRIT#${id}`, sk: '00#intent' })),
      next: null,
    });
    expect(await ledger.due('2030-01-01T13', { from: upTo, to: upTo + 7200 }, null)).toEqual({
      keys: [],
      next: null,
    });
  });

  test('from a time on, and at it', async () => {
    for (const [time, id] of [
      ['2030-01-01T15:00:04Z', 'due-before'],
      ['2030-01-01T15:00:05Z', 'due-from'],
      ['2030-01-01T15:00:06Z', 'due-after'],
    ] as const) {
      await ledger.append(dueAt(time, id));
    }
    const from = Date.UTC(2030, 0, 1, 15, 0, 5) / 1000;
    expect((await ledger.due('2030-01-01T15', { from, to: from + 10 }, null)).keys).toEqual(
      ['due-from', 'due-after'].map((id) => ({ pk: `WRIT#${id}`, sk: '00#intent' })),
    );
  });

  test('page after page, each item once', async () => {
    // A page is 1 MB of what the index holds; keys of 1 KB fill it sooner.
    const count = 700;
    const filler = 'k'.repeat(900);
    const ids = Array.from({ length: count }, (_, at) => `page-${String(at).padStart(4, '0')}-${filler}`);
    await Promise.all(ids.map((id) => ledger.append({ ...dueAt('2030-01-01T20:00:00Z', id) })));
    const found: string[] = [];
    let pages = 0;
    let page: DuePage | null = null;
    do {
      const due: Awaited<ReturnType<Ledger['due']>> = await ledger.due(
        '2030-01-01T20',
        { from: Date.UTC(2030, 0, 1, 20) / 1000, to: Date.UTC(2030, 0, 1, 20, 30) / 1000 },
        page,
      );
      found.push(...due.keys.map(({ pk }) => pk));
      page = due.next;
      pages += 1;
    } while (page !== null);
    expect(pages).toBeGreaterThan(1);
    expect(found).toEqual(ids.map((id) => `WRIT#${id}`));
  });
});
