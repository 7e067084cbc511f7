/** The ledger's stream: one schedule for each issued writ, however often and however broken it is delivered. */
import { beforeEach, describe, expect, test } from 'vitest';
import { jcs } from '../../core/encoding/jcs.ts';
import { Fault } from '../../core/fault.ts';
import { intentItem, issuedItem, keyItem, outcomeItem } from '../../core/ledger/keys.ts';
import { type Change, type SchedulePorts, schedule } from '../../core/schedule.ts';
import { type MemoryLedger, memoryLedger } from '../support/memory-ledger.ts';
import {
  DEADLINE,
  FAILED,
  INTENT,
  ISSUED,
  KEY,
  OPENED,
  ORPHANED,
  OTHER_WRIT,
  WRIT,
} from './ledger/fixture.ts';

let memory: MemoryLedger;
let made: { readonly writ: string; readonly at: number }[];
let now: number;
let ports: SchedulePorts;
beforeEach(async () => {
  memory = memoryLedger();
  made = [];
  now = OPENED + 2;
  ports = {
    ...memory,
    clock: () => now * 1000 + 999,
    scheduleClose: async (writ, at) => {
      made.push({ writ, at });
    },
  };
  await memory.ledger.record(intentItem(INTENT, jcs(INTENT)), { subject: 'idp:alice', values: {} }, null);
  await memory.ledger.settle(issuedItem(ISSUED, DEADLINE), keyItem(KEY));
});

const issued = issuedItem(ISSUED, DEADLINE);
const insert = (change: Partial<Change> = {}): Change => ({
  sequence: '1',
  kind: 'INSERT',
  sk: '10#outcome',
  item: issued,
  ...change,
});
const ends = () => memory.tables.items().filter(({ sk }) => sk === '30#ended');
/** Any id, of the same shape. */
const idOf = (n: number): string => `01jd3v9q2m8x${String(n).padStart(4, '0')}`;
const another = (n: number) => issuedItem({ ...ISSUED, writ: idOf(n) }, DEADLINE);

test('an issued outcome: one schedule, by the writ’s name, at its deadline', async () => {
  expect(await schedule([insert()], ports)).toEqual({ scheduled: 1, closed: 0, failed: [] });
  expect(made).toEqual([{ writ: WRIT, at: DEADLINE }]);
  expect(ends()).toEqual([]);
});

test.each([
  { what: 'an intent', change: { sk: '00#intent', item: intentItem(INTENT, jcs(INTENT)) } },
  { what: 'a key’s pointer', change: { sk: '00#key', item: keyItem(KEY) } },
  { what: 'a failed outcome', change: { item: outcomeItem(FAILED) } },
  { what: 'an orphan', change: { item: outcomeItem(ORPHANED) } },
  { what: 'an outcome that somebody changed', change: { kind: 'MODIFY' } },
  { what: 'one that somebody removed', change: { kind: 'REMOVE', item: null } },
])('$what: nothing', async ({ change }) => {
  expect(await schedule([insert(change)], ports)).toEqual({ scheduled: 0, closed: 0, failed: [] });
  expect(made).toEqual([]);
});

describe('time', () => {
  test.each([
    { left: 6, at: DEADLINE },
    { left: 5, at: DEADLINE },
    { left: 4, at: DEADLINE + 1 },
    { left: 1, at: DEADLINE + 4 },
  ])('with $left s left it is made some seconds ahead', async ({ left, at }) => {
    now = DEADLINE - left;
    await schedule([insert()], ports);
    expect(made).toEqual([{ writ: WRIT, at }]);
  });

  test.each([0, 1, 86_400])(
    '%s s after the deadline there is no schedule: it is closed at once',
    async (late) => {
      now = DEADLINE + late;
      expect(await schedule([insert()], ports)).toEqual({ scheduled: 0, closed: 1, failed: [] });
      expect(made).toEqual([]);
      expect(ends()).toHaveLength(1);
    },
  );

  test('the stream read again from its start ends nothing twice', async () => {
    now = DEADLINE;
    await schedule([insert(), insert({ sequence: '2' })], ports);
    await schedule([insert()], ports);
    expect(ends()).toHaveLength(1);
  });
});

describe('what nobody of ours wrote is poison: reported by itself, and nothing else stops', () => {
  test.each([
    { what: 'no image', item: null },
    { what: 'no JSON', item: { ...issued, body: 'not JSON' } },
    { what: 'another writ’s', item: { ...issued, pk: `WRIT#${OTHER_WRIT}` } },
    { what: 'no due time', item: { pk: issued.pk, sk: issued.sk, body: issued.body } },
    { what: 'a due time of another hour', item: { ...issued, due: '2026-11-24T12' } },
    {
      what: 'a due time of another writ',
      item: { ...issued, dueAt: issued.dueAt?.replace(WRIT, OTHER_WRIT) },
    },
    { what: 'a due time that is none', item: { ...issued, dueAt: `soon#${WRIT}` } },
    { what: 'a due time of another spelling', item: { ...issued, dueAt: `2026-11-24T11:00:00.0Z#${WRIT}` } },
    { what: 'a due time before 1970', item: issuedItem(ISSUED, -3600) },
    { what: 'a due time long after STS’s end', item: issuedItem(ISSUED, ISSUED.expiration + 301) },
  ])('$what', async ({ item }) => {
    const batch = [
      insert({ item: another(1) }),
      insert({ sequence: '2', item }),
      insert({ item: another(3) }),
    ];
    expect(await schedule(batch, ports)).toEqual({
      scheduled: 2,
      closed: 0,
      failed: [{ sequence: '2', fault: 'poison' }],
    });
    expect(made.map(({ writ }) => writ)).toEqual([idOf(1), idOf(3)]);
  });

  test('STS’s clock may be behind ours', async () => {
    expect(
      await schedule([insert({ item: issuedItem(ISSUED, ISSUED.expiration + 2) })], ports),
    ).toMatchObject({
      scheduled: 1,
    });
  });

  test('an outcome past its deadline whose intent cannot be read', async () => {
    now = DEADLINE;
    const story = async () => [issued, { ...intentItem(INTENT, jcs(INTENT)), body: 'not JSON' }];
    ports = { ...ports, ledger: { ...memory.ledger, story } };
    expect(await schedule([insert()], ports)).toMatchObject({ failed: [{ sequence: '1', fault: 'poison' }] });
  });
});

describe('what fails is reported by itself', () => {
  test.each([
    { error: new Fault('scheduler_unavailable'), fault: 'scheduler_unavailable' },
    { error: new TypeError('canary'), fault: 'unexpected' },
  ])('$fault', async ({ error, fault }) => {
    const { scheduleClose } = ports;
    ports = {
      ...ports,
      scheduleClose: async (writ, at) => {
        if (writ === idOf(7)) throw error;
        return scheduleClose(writ, at);
      },
    };
    const batch = Array.from({ length: 25 }, (_, n) => insert({ sequence: String(n), item: another(n) }));
    expect(await schedule(batch, ports)).toEqual({
      scheduled: 24,
      closed: 0,
      failed: [{ sequence: '7', fault }],
    });
    expect(made).toHaveLength(24);
  });

  test('no more than ten are under way at once', async () => {
    let underWay = 0;
    let most = 0;
    ports = {
      ...ports,
      scheduleClose: async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await Promise.resolve();
        underWay -= 1;
      },
    };
    await schedule(
      Array.from({ length: 100 }, (_, n) => insert({ item: another(n) })),
      ports,
    );
    expect(most).toBe(10);
  });
});
