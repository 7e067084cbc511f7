/** What the sweep does for writs that lost their schedule; orphans are `attacks/rule-01-record-first.test.ts`. */
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { intentItem, issuedItem, keyItem } from '../../core/ledger/keys.ts';
import type { ItemKey } from '../../core/ports.ts';
import { type SweepPorts, sweep } from '../../core/sweep.ts';
import { type MemoryLedger, memoryLedger } from '../support/memory-ledger.ts';
import { DEADLINE, INTENT, ISSUED, KEY, OPENED } from './ledger/fixture.ts';

const GRACE = 120;
let memory: MemoryLedger;
let now: number;
let ports: SweepPorts;
let settledTo: number | null;
beforeEach(() => {
  memory = memoryLedger();
  now = DEADLINE + GRACE;
  settledTo = null;
  ports = {
    ...memory,
    clock: () => now * 1000,
    cursor: {
      read: async () => settledTo,
      advance: async (to) => {
        settledTo = to;
      },
    },
  };
});

const idOf = (n: number): string => `01jd3v9q2m8x${String(n).padStart(4, '0')}`;
/** Opens and issues a writ. */
async function issue(n: number, deadline = DEADLINE): Promise<string> {
  const writ = idOf(n);
  const intent = { ...INTENT, writ, deadline };
  const outcome = { ...ISSUED, writ, accessKeyId: `ASIA${n}`, intent: sha256Hex(jcs(intent)) };
  await memory.ledger.record(intentItem(intent, jcs(intent)), { subject: 'idp:alice', values: {} }, null);
  await memory.ledger.settle(
    issuedItem(outcome, deadline),
    keyItem({ ...KEY, accessKeyId: outcome.accessKeyId, writ }),
  );
  return writ;
}
const endsOf = () =>
  memory.tables
    .items()
    .filter(({ sk }) => sk === '30#ended')
    .map(({ pk }) => pk.slice('WRIT#'.length))
    .sort();

describe('a writ whose schedule was lost', () => {
  test('is closed, and counted as repaired; a second time it is in order', async () => {
    const writ = await issue(1);
    expect(await sweep(ports)).toEqual({ settled: 1, orphaned: 0, closed: 1, unreadable: 0 });
    expect(endsOf()).toEqual([writ]);
    expect(await sweep(ports)).toEqual({ settled: 2, orphaned: 0, closed: 0, unreadable: 0 });
  });

  test('is left to its schedule for two minutes', async () => {
    await issue(1);
    now -= 1;
    expect(await sweep(ports)).toEqual({ settled: 2, orphaned: 0, closed: 0, unreadable: 0 });
    expect(endsOf()).toEqual([]);
  });

  test('is closed also where the sweep did not run for a day and a half', async () => {
    settledTo = OPENED - (OPENED % 3600);
    await issue(1);
    now += 36 * 3600;
    expect(await sweep(ports)).toMatchObject({ closed: 1 });
    expect(settledTo).toBe(now - (now % 3600) - 3600);
  });

  test('is closed where its intent stands in an hour that is settled', async () => {
    // Opened at 10:45, due at 11:00: another partition.
    await issue(1);
    settledTo = DEADLINE;
    expect(await sweep(ports)).toMatchObject({ closed: 1 });
  });
});

test('a live writ is left alone, whatever the index says', async () => {
  await issue(1, DEADLINE + 3600);
  const keys: readonly ItemKey[] = [{ pk: `WRIT#${idOf(1)}`, sk: '10#outcome' }];
  let asked = 0;
  ports = {
    ...ports,
    ledger: {
      ...memory.ledger,
      due: async () => {
        asked += 1;
        return { keys, next: null };
      },
    },
  };
  await sweep(ports);
  expect(asked).toBeGreaterThan(0);
  expect(endsOf()).toEqual([]);
});

test('what cannot be read is counted, and stops nothing', async () => {
  const writs = [await issue(1), await issue(2), await issue(3)];
  const { story } = memory.ledger;
  ports = {
    ...ports,
    ledger: {
      ...memory.ledger,
      story: async (pk) => {
        const items = await story(pk);
        return pk === `WRIT#${writs[1]}` ? items.map((item) => ({ ...item, body: 'not JSON' })) : items;
      },
    },
  };
  expect(await sweep(ports)).toEqual({ settled: 3, orphaned: 0, closed: 2, unreadable: 1 });
  expect(endsOf()).toEqual([writs[0], writs[2]]);
});

test('an index that names an outcome which no table has is an alarm', async () => {
  const { due } = memory.ledger;
  ports = {
    ...ports,
    ledger: {
      ...memory.ledger,
      due: async (...of) => {
        const { keys, next } = await due(...of);
        return { keys: [{ pk: 'WRIT#nothing', sk: '10#outcome' }, ...keys], next };
      },
    },
  };
  await issue(1);
  const swept = await sweep(ports);
  expect(swept.unreadable).toBeGreaterThan(0);
  expect(swept.closed).toBe(1);
});

test('of many that are in order nothing is read but whether they are: a hundred at a time', async () => {
  for (let n = 0; n < 250; n += 1) await issue(n);
  await sweep(ports);
  let calls = 0;
  const never = (): never => {
    throw new Error('it was read');
  };
  ports = {
    ...ports,
    ledger: {
      ...memory.ledger,
      read: never,
      story: never,
      readMany: async (keys) => {
        expect(keys.length).toBeLessThanOrEqual(100);
        calls += 1;
        return memory.ledger.readMany(keys);
      },
    },
  };
  expect(await sweep(ports)).toEqual({ settled: 500, orphaned: 0, closed: 0, unreadable: 0 });
  expect(calls).toBe(6);
});
