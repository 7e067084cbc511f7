/**
 * A record whose `v` this release does not have: whoever decides fails closed, and writes nothing over it. What readers
 * for people say of it is `fold.test.ts`.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { close } from '../../../core/close.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { openHandover } from '../../../core/ledger/handover.ts';
import { intentItem, issuedItem, keyItem } from '../../../core/ledger/keys.ts';
import { liveFrom } from '../../../core/live.ts';
import type { Ledger, LedgerItem } from '../../../core/ports.ts';
import { findTarget } from '../../../core/revocation/target.ts';
import { schedule } from '../../../core/schedule.ts';
import { sweep } from '../../../core/sweep.ts';
import { type MemoryLedger, memoryLedger } from '../../support/memory-ledger.ts';
import { DEADLINE, INTENT, ISSUED, KEY, OPENED, REVOKED, WRIT } from './fixture.ts';

const newer = (item: LedgerItem): LedgerItem => ({
  ...item,
  body: jcs({ ...JSON.parse(item.body), v: 2 }),
});

let memory: MemoryLedger;
/** Of these places the ledger has what a newer release put there. */
let newerAt: readonly string[];
const asStored = (item: LedgerItem): LedgerItem => (newerAt.includes(item.sk) ? newer(item) : item);

beforeEach(async () => {
  const whole = memoryLedger();
  const { read, readMany, story } = whole.ledger;
  const ledger: Ledger = {
    ...whole.ledger,
    read: async (...of) => {
      const item = await read(...of);
      return item === null ? null : asStored(item);
    },
    readMany: async (keys) => (await readMany(keys)).map(asStored),
    story: async (pk) => (await story(pk)).map(asStored),
  };
  memory = { ...whole, ledger };
  await ledger.record(intentItem(INTENT, jcs(INTENT)), { subject: 'idp:alice', values: {} }, null);
});

const issue = () => memory.ledger.settle(issuedItem(ISSUED, DEADLINE), keyItem(KEY));
const places = () =>
  memory.tables
    .items()
    .filter(({ pk }) => pk === `WRIT#${WRIT}`)
    .map(({ sk }) => sk)
    .sort();
const over = () => ({
  ...memory,
  clock: () => (DEADLINE + 600) * 1000,
  cursor: { read: async () => null, advance: async () => undefined },
});
const target = () => findTarget({ kind: 'writ', value: WRIT }, REVOKED.revocation, memory);
const UNAVAILABLE = { code: 'ledger_unavailable' };

describe('an intent', () => {
  beforeEach(() => {
    newerAt = ['00#intent'];
  });

  test('mint is handed one: no session', () => {
    const { body } = newer(intentItem(INTENT, jcs(INTENT)));
    const handover = { writ: WRIT, subject_token: 'a.b.c', intent: body, openings: {} };
    expect(() => openHandover(handover)).toThrow(expect.objectContaining({ code: 'intent_differs' }));
  });

  test('the sweep finds one without outcome: its slot stays free for who can read it', async () => {
    expect(await sweep(over())).toEqual({ settled: 0, orphaned: 0, closed: 0, unreadable: 1 });
    expect(places()).toEqual(['00#intent']);
  });

  test('close: an alarm, and no end', async () => {
    await issue();
    expect(await close(WRIT, memory, DEADLINE)).toEqual({ state: 'unreadable' });
    expect(places()).toEqual(['00#intent', '10#outcome']);
  });

  test('revoke: nobody can say whether he may, so 503, and not “unknown”', async () => {
    await issue();
    await expect(target()).rejects.toMatchObject(UNAVAILABLE);
  });

  test('a list shows it to nobody as somebody’s', async () => {
    await issue();
    const shown: unknown[] = [];
    for await (const some of liveFrom({ from: OPENED, now: OPENED }, () => true, memory.ledger))
      shown.push(...some);
    expect(shown).toEqual([]);
  });
});

describe('an outcome', () => {
  beforeEach(async () => {
    newerAt = ['10#outcome'];
    await issue();
  });

  test('close: an alarm, and no end', async () => {
    expect(await close(WRIT, memory, DEADLINE)).toEqual({ state: 'unreadable' });
    expect(places()).toEqual(['00#intent', '10#outcome']);
  });

  test('the sweep: the same, and no orphan is made of what may have been issued', async () => {
    expect(await sweep(over())).toEqual({ settled: 1, orphaned: 0, closed: 0, unreadable: 1 });
    expect(places()).toEqual(['00#intent', '10#outcome']);
  });

  test('the stream: kept for who can read it, and no schedule', async () => {
    const made: string[] = [];
    const scheduleClose = async (writ: string): Promise<void> => void made.push(writ);
    const item = newer(issuedItem(ISSUED, DEADLINE));
    const changes = [{ sequence: '1', kind: 'INSERT', sk: item.sk, item }];
    const { failed } = await schedule(changes, { ...over(), scheduleClose });
    expect([failed, made]).toEqual([[{ sequence: '1', fault: 'poison' }], []]);
  });

  test('revoke: 503', async () => {
    await expect(target()).rejects.toMatchObject(UNAVAILABLE);
  });
});
