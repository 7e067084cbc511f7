/** Rule 1: the intent is durable before STS is asked, the outcome before a secret leaves; else the secret is dropped. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { Fault } from '../../core/fault.ts';
import { foldWrit } from '../../core/ledger/fold.ts';
import { dueHour } from '../../core/ledger/keys.ts';
import { ISSUE_WITHIN_SECONDS } from '../../core/limits.ts';
import type { Handover, ItemKey, Ledger } from '../../core/ports.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { endOf, fault, handedOver, mintOf, tablesOf } from '../support/bad-day.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT } from '../support/dynamodb.ts';
import { NONCE_KEYS } from '../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

const send = async () => endOf(broker.exchange(await broker.ask()));
const stateOf = async (writ: string) => foldWrit(await broker.items(writ), NOW).state;
const placesOf = async (writ: string) => (await broker.items(writ)).map(({ sk }) => sk);
/** The writ of the session that STS was asked for last. */
const askedFor = () => broker.sts.asked.at(-1)?.Tags['writ:id'] ?? '';
const overdue = () => {
  broker.now += (ISSUE_WITHIN_SECONDS + 1) * 1000;
};

type Write = 'record' | 'settle';
/** Something happens around one of the ledger's writes. */
function around(write: Write, wrap: <T>(carryOut: () => Promise<T>) => Promise<T>): void {
  const { ledger } = broker.ports;
  broker.ports.ledger =
    write === 'record'
      ? { ...ledger, record: (...of) => wrap(() => ledger.record(...of)) }
      : { ...ledger, settle: (...of) => wrap(() => ledger.settle(...of)) };
}
/** After it took effect: the write holds, and nobody was told. */
const fails = (write: Write, when: 'before' | 'after') =>
  around(write, async (carryOut) => {
    if (when === 'after') await carryOut();
    throw new Fault('ledger_unavailable');
  });

describe('the order of things', () => {
  test('when STS is asked, the intent stands in the table, and the session names its hash', async () => {
    let seen: unknown = null;
    broker.sts.before = async (plan) => {
      const items = await broker.items(plan.Tags['writ:id'] ?? '');
      seen = items.map(({ sk, body }) => ({ sk, hash: sha256Hex(body) }));
    };
    expect(await send()).toMatchObject({ ok: true });
    expect(seen).toEqual([{ sk: '00#intent', hash: broker.sts.asked[0]?.Tags['writ:decision'] }]);
  });

  test('no secret leaves while its outcome is on its way into the ledger', async () => {
    const written = Promise.withResolvers<void>();
    around('settle', async (carryOut) => {
      await written.promise;
      return carryOut();
    });
    let left = false;
    const answer = send().finally(() => {
      left = true;
    });
    await rechecked();
    expect(left).toBe(false);
    written.resolve();
    expect(await answer).toMatchObject({ ok: true });
    expect(await stateOf(askedFor())).toBe('issued');
  });

  /** Everything else that mint waits for has come back. */
  async function rechecked(): Promise<void> {
    const { readHeads } = broker.ports;
    await new Promise<void>((done) => {
      broker.ports.readHeads = async (heads, writ, account) => {
        const read = await readHeads(heads, writ, account);
        if (writ === null) setImmediate(() => setImmediate(done));
        return read;
      };
    });
  }
});

describe('a write fails', () => {
  test.each([
    { method: 'record', when: 'before', sessions: 0 },
    { method: 'record', when: 'after', sessions: 0 },
    { method: 'settle', when: 'before', sessions: 1 },
    { method: 'settle', when: 'after', sessions: 1 },
  ] as const)('$method, $when it took effect: a fault, and no secret leaves', async (day) => {
    fails(day.method, day.when);
    expect(await send()).toBe(fault('ledger_unavailable'));
    expect(broker.sts.asked).toHaveLength(day.sessions);
  });

  test('the intent of a lost settle is still open, and the sweep closes it', async () => {
    fails('settle', 'before');
    await send();
    const writ = askedFor();
    broker.reset();
    expect(await stateOf(writ)).toBe('open');
    overdue();
    await broker.sweep();
    expect(await stateOf(writ)).toBe('orphaned');
  });

  test.each([['record'], ['settle']] as const)(
    'a second %s, after the first one’s answer was lost, finds its own bytes: success',
    async (method) => {
      around(method, async (carryOut) => {
        await carryOut();
        return carryOut();
      });
      expect(await send()).toMatchObject({ ok: true });
    },
  );

  test.each([
    { failure: { error: 'AccessDenied', mayExist: false }, code: 'sts_refused', mayExistUntil: null },
    { failure: { error: 'NoAnswer', mayExist: true }, code: 'sts_unavailable', mayExistUntil: NOW + 900 },
  ] as const)(
    'STS $failure.error: the outcome is failed, and says until when a session may exist',
    async (day) => {
      broker.sts.failure = day.failure;
      expect(await send()).toBe(fault(day.code));
      const [, outcome] = await broker.items(askedFor());
      expect(JSON.parse(outcome?.body ?? 'null')).toMatchObject({
        outcome: 'failed',
        error: day.failure.error,
        mayExistUntil: day.mayExistUntil,
      });
    },
  );
});

const other = (text: string, find: string, replace: string) => {
  if (!text.includes(find)) throw new Error(`the intent has no ${find}`);
  return text.replace(find, replace);
};

describe('whoever calls mint in exchange’s place', () => {
  let handover: Handover;
  beforeEach(async () => {
    handover = await handedOver(broker);
  });

  test('what exchange handed over gets a session: the attacks below fail for their own reason', async () => {
    expect(await mintOf(broker, handover)).toMatchObject({ ok: true });
  });

  test('an intent that is in no ledger gets no AssumeRole', async () => {
    const writ = `${handover.writ.slice(0, -1)}${handover.writ.endsWith('0') ? '1' : '0'}`;
    const forged = { ...handover, writ, intent: handover.intent.replaceAll(handover.writ, writ) };
    expect(await mintOf(broker, forged)).toBe(fault('intent_missing'));
    expect(broker.sts.asked).toEqual([]);
  });

  test.each([
    { what: 'one more space', change: (text: string) => `${text} ` },
    { what: 'a later deadline', change: (text: string) => other(text, String(NOW + 900), String(NOW + 901)) },
    {
      what: 'more time to be issued',
      change: (text: string) => other(text, String(NOW + 10), String(NOW + 99)),
    },
    { what: 'another prefix', change: (text: string) => other(text, '"prefix":"q3"', '"prefix":"q4"') },
    {
      what: 'another role',
      change: (text: string) => other(text, 'role/writ/reports-read', 'role/writ/reports-real'),
    },
    { what: 'another user', change: (text: string) => other(text, '"id":"corp:alice"', '"id":"corp:alicf"') },
    { what: 'another task', change: (text: string) => other(text, 'FIN-1234', 'FIN-1235') },
  ])('an intent that differs from the stored one by $what gets no AssumeRole', async ({ change }) => {
    const forged = { ...handover, intent: change(handover.intent) };
    expect(await mintOf(broker, forged)).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test.each([
    { what: 'nothing', intent: '' },
    { what: 'JSON that is no intent', intent: '{"v":1,"type":"intent"}' },
  ])('$what in the place of the intent gets no AssumeRole', async ({ intent }) => {
    expect(await mintOf(broker, { ...handover, intent })).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('a good intent under the id of another writ gets no AssumeRole', async () => {
    const { writ } = await handedOver(broker);
    expect(await mintOf(broker, { ...handover, writ })).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test.each([
    {
      what: 'another purpose under the same salt',
      change: ({ openings: { purpose, ...rest } }: Handover) => ({
        ...rest,
        purpose: { salt: purpose?.salt ?? '', value: 'Something harmless' },
      }),
    },
    { what: 'one opening missing', change: ({ openings: { login: _, ...rest } }: Handover) => rest },
    {
      what: 'one opening too many',
      change: ({ openings }: Handover) => ({
        ...openings,
        note: { salt: 'AAAAAAAAAAAAAAAAAAAAAA', value: 'x' },
      }),
    },
  ])('openings with $what get no AssumeRole', async ({ change }) => {
    expect(await mintOf(broker, { ...handover, openings: change(handover) })).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('the openings of another writ of the same person get no AssumeRole', async () => {
    const { openings } = await handedOver(broker);
    expect(await mintOf(broker, { ...handover, openings })).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('the token of another sign-in of the same person gets no AssumeRole', async () => {
    const subject_token = broker.world.subjectToken({ claims: { auth_time: NOW - 61 } });
    expect(await mintOf(broker, { ...handover, subject_token })).toBe(fault('intent_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('a token that nobody verified gets no AssumeRole, and the writ has failed', async () => {
    const subject_token = broker.world.subjectToken({ key: broker.world.keys.platform });
    expect(await mintOf(broker, { ...handover, subject_token })).toMatchObject({
      refusal: { reason: 'token_signature' },
    });
    expect(broker.sts.asked).toEqual([]);
    expect(await stateOf(handover.writ)).toBe('failed');
  });

  test('an intent is issued in its last moment, and not a moment later', async () => {
    broker.now = (NOW + ISSUE_WITHIN_SECONDS) * 1000 - 1;
    expect(await mintOf(broker, handover)).toMatchObject({ ok: true });
    broker.now = NOW * 1000;
    const late = await handedOver(broker);
    broker.sts.asked.length = 0;
    broker.now = (NOW + ISSUE_WITHIN_SECONDS) * 1000;
    expect(await mintOf(broker, late)).toBe(fault('too_late'));
    expect(broker.sts.asked).toEqual([]);
  });
});

describe('a broken exchange records a lie: no AssumeRole', () => {
  test.each([
    { what: 'a decision that refuses', find: '"effect":"permit"', lie: '"effect":"refuse"' },
    { what: 'more time to be issued', find: `"issueBefore":${NOW + 10}`, lie: `"issueBefore":${NOW + 999}` },
    { what: 'a request of the future', find: `"at":${NOW},"authority"`, lie: `"at":${NOW + 6},"authority"` },
    { what: 'another role', find: 'role/writ/reports-read"', lie: 'role/writ/reports-real"' },
    { what: 'another prefix', find: '"prefix":"q3"', lie: '"prefix":"q4"' },
    { what: 'a wildcard as prefix', find: '"prefix":"q3"', lie: '"prefix":"*"' },
    { what: 'another permission', find: '"permission":"reports-read"', lie: '"permission":"reports-gone"' },
    { what: 'another agent', find: '"agent":"helper"', lie: '"agent":"nobody"' },
  ])('$what', async ({ find, lie }) => {
    const handover = await handedOver(broker, {}, (intent) => other(intent, find, lie));
    expect(await mintOf(broker, handover)).toBe(fault('plan_differs'));
    expect(broker.sts.asked).toEqual([]);
  });
});

describe('the outcome slot', () => {
  test('the sweep runs while STS answers: the writ is an orphan, and its secret is dropped', async () => {
    broker.sts.after = async () => {
      overdue();
      await broker.sweep();
    };
    expect(await send()).toBe(fault('outcome_slot_lost'));
    expect(broker.sts.asked).toHaveLength(1);
    expect(await stateOf(askedFor())).toBe('orphaned');
  });

  test.each(['one after the other', 'at once'])(
    'a writ that is handed over twice, %s, gets one secret',
    async (how) => {
      const handover = await handedOver(broker);
      const first = mintOf(broker, handover);
      if (how === 'one after the other') await first;
      const ends = await Promise.all([first, mintOf(broker, handover)]);
      const secrets = ends.filter((end) => typeof end === 'object');
      expect(secrets).toHaveLength(1);
      const [, outcome] = await broker.items(handover.writ);
      const { AccessKeyId } = Object(Object(secrets[0]).credential);
      expect(JSON.parse(outcome?.body ?? 'null')).toMatchObject({
        outcome: 'issued',
        accessKeyId: AccessKeyId,
      });
    },
  );
});

describe('the sweep', () => {
  test('leaves alone what still has time and what has its outcome', async () => {
    const fresh = await handedOver(broker);
    await send();
    broker.now += ISSUE_WITHIN_SECONDS * 1000 - 1;
    const { orphaned } = await broker.sweep();
    expect(orphaned).toBe(0);
    expect(await placesOf(fresh.writ)).toEqual(['00#intent']);
    overdue();
    await broker.sweep();
    expect(await stateOf(askedFor())).toBe('issued');
  });

  test('believes the table and not the index, which says that a fresh intent is due', async () => {
    const { writ } = await handedOver(broker);
    const due: readonly ItemKey[] = [{ pk: `WRIT#${writ}`, sk: '00#intent' }];
    broker.ports.ledger = { ...broker.ports.ledger, due: async () => ({ keys: due, next: null }) };
    await broker.sweep();
    expect(await placesOf(writ)).toEqual(['00#intent']);
  });

  test('gives an orphan its outcome and nothing else, and a second time nothing at all', async () => {
    const { writ } = await handedOver(broker);
    overdue();
    const { orphaned } = await broker.sweep();
    expect(orphaned).toBeGreaterThan(0);
    expect(await placesOf(writ)).toEqual(['00#intent', '10#outcome']);
    expect(await stateOf(writ)).toBe('orphaned');
    expect(await broker.everything()).not.toMatch(/"(?:REVOKED|DENY)#/);
    const after = await tablesOf(broker);
    broker.now += 60_000;
    expect(await broker.sweep()).toMatchObject({ orphaned: 0, unreadable: 0 });
    expect(await tablesOf(broker)).toBe(after);
  });

  test('reads every page of what is due', async () => {
    const writs = [await handedOver(broker), await handedOver(broker), await handedOver(broker)];
    broker.ports.ledger = onePerPage();
    overdue();
    await broker.sweep();
    expect(await Promise.all(writs.map(({ writ }) => stateOf(writ)))).toEqual([
      'orphaned',
      'orphaned',
      'orphaned',
    ]);
  });

  test('finds what was opened just before the hour', async () => {
    const endOfHour = NOW - (NOW % 3600) + 3600;
    const opened = endOfHour - ISSUE_WITHIN_SECONDS - 2;
    broker.now = opened * 1000;
    const { writ } = await handedOver(broker, {
      proof: { claims: { nonce: makeNonce(NONCE_KEYS, opened) } },
      actor: 'attested',
    });
    broker.now = (endOfHour + 50) * 1000;
    await broker.sweep();
    expect(await stateOf(writ)).toBe('orphaned');
  });

  test('looks at the hour before once more, for the index lags', async () => {
    const endOfHour = NOW - (NOW % 3600) + 3600;
    const opened = endOfHour - ISSUE_WITHIN_SECONDS - 2;
    broker.now = opened * 1000;
    const { writ } = await handedOver(broker, {
      proof: { claims: { nonce: makeNonce(NONCE_KEYS, opened) } },
      actor: 'attested',
    });
    const { ledger } = broker.ports;
    broker.ports.ledger = { ...ledger, due: async () => ({ keys: [], next: null }) };
    broker.now = (endOfHour + 50) * 1000;
    await broker.sweep();
    broker.ports.ledger = ledger;
    broker.now = (endOfHour + 110) * 1000;
    await broker.sweep();
    expect(await stateOf(writ)).toBe('orphaned');
  });

  test('that did not run for a day and a half closes what was left open then', async () => {
    await broker.sweep();
    const { writ } = await handedOver(broker);
    broker.now += 36 * 3_600_000;
    await broker.sweep();
    expect(await stateOf(writ)).toBe('orphaned');
  });

  test('that never ran looks back a day', async () => {
    const hours = await sweptHours(null);
    expect(hours.at(0)).toBe(dueHour(NOW - 24 * 3600));
    expect(hours).toHaveLength(25);
  });

  test('does not read again what was settled hours ago', async () => {
    const settledTo = NOW - (NOW % 3600);
    expect(await sweptHours(settledTo - 3 * 3600)).toHaveLength(4);
    expect(await sweptHours(settledTo - 3600)).toEqual([dueHour(NOW - 3600), dueHour(NOW)]);
    expect(await sweptHours(settledTo + 9 * 3600)).toEqual([dueHour(NOW - 3600), dueHour(NOW)]);
  });

  test('that cannot read an hour begins there the next time', async () => {
    const { ledger } = broker.ports;
    const failing = dueHour(NOW - 3 * 3600);
    const advanced: number[] = [];
    const beginning = NOW - (NOW % 3600) - 5 * 3600;
    broker.ports.cursor = {
      read: async () => beginning,
      advance: async (to) => {
        advanced.push(to);
      },
    };
    broker.ports.ledger = {
      ...ledger,
      due: (hour, ...of) =>
        hour === failing ? Promise.reject(new Fault('ledger_unavailable')) : ledger.due(hour, ...of),
    };
    expect(await endOf(broker.sweep())).toBe(fault('ledger_unavailable'));
    expect(advanced).toEqual([beginning + 3600, beginning + 2 * 3600]);
  });

  test.each([
    { what: 'is no JSON', body: () => 'not JSON' },
    { what: 'is no intent', body: () => '{"v":1}' },
    { what: 'belongs to another writ', body: (of: Handover) => of.intent },
  ])('an item that $what is counted as an alarm, and stops nothing', async ({ body }) => {
    const handover = await handedOver(broker);
    const planted = 'WRIT#0000000000000000';
    const { ledger } = broker.ports;
    broker.ports.ledger = {
      ...ledger,
      due: async (...of) => {
        const { keys, next } = await ledger.due(...of);
        return { keys: [{ pk: planted, sk: '00#intent' }, ...keys], next };
      },
      read: async (pk, sk) => {
        if (pk !== planted) return ledger.read(pk, sk);
        return sk === '00#intent' ? { pk, sk, body: body(handover) } : null;
      },
    };
    overdue();
    expect(await endOf(broker.sweep())).toMatchObject({ unreadable: 2 });
    expect(await stateOf(handover.writ)).toBe('orphaned');
  });
});

/** The hours that a sweep asks for when its cursor stands there. */
async function sweptHours(stands: number | null): Promise<readonly string[]> {
  const { ledger } = broker.ports;
  const hours: string[] = [];
  broker.ports.cursor = { read: async () => stands, advance: async () => undefined };
  broker.ports.ledger = {
    ...ledger,
    due: async (hour) => {
      hours.push(hour);
      return { keys: [], next: null };
    },
  };
  await broker.sweep();
  broker.ports.ledger = ledger;
  return hours;
}

/** The same tables, through a client that never gets more than one item at a time. */
function onePerPage(): Ledger {
  const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: broker.db.endpoint });
  client.middlewareStack.add(
    (next) => (args) => next({ ...args, input: Object.assign({}, args.input, { Limit: 1 }) }),
    { step: 'initialize' },
  );
  const { due } = dynamodbLedger(client, broker.db.tables);
  return { ...broker.ports.ledger, due };
}
