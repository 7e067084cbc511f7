import { expect, test } from 'vitest';
import { isArchiveBehind } from '../../../core/archive/behind.ts';
import { advanceMark } from '../../../core/archive/mark.ts';
import { archive } from '../../../core/archive.ts';
import { dueIndex, placeOf } from '../../../core/ledger/keys.ts';
import {
  ARCHIVE_FIRST_SECONDS,
  ARCHIVE_GRACE_SECONDS,
  MAX_ARCHIVE_LAG_SECONDS,
} from '../../../core/limits.ts';
import type { LedgerItem } from '../../../core/ports.ts';
import { NOW } from '../../support/clock.ts';
import { intentOf } from './records.ts';
import { Crash, inserted, openWorld, type World } from './world.ts';

/** An intent that is due at that time. */
const dueAt = (n: number, time: number): LedgerItem => ({ ...intentOf(n), ...dueIndex(time, String(n)) });

async function world(items: readonly LedgerItem[], archived: readonly LedgerItem[]): Promise<World> {
  const opened = openWorld();
  for (const item of items) opened.ledger.set(placeOf(item), item);
  await archive(
    archived.map((item) => inserted(item)),
    opened.ports,
  );
  return opened;
}
const UP_TO_DATE = { lag: ARCHIVE_GRACE_SECONDS, filled: 0 };
const markOf = async ({ ports }: World) => ports.mark.read();

test('idle: it is as far as it can be, and goes on with the clock', async () => {
  const idle = await world([], []);
  expect(await advanceMark(idle.ports)).toEqual(UP_TO_DATE);
  expect(await markOf(idle)).toBe(NOW - ARCHIVE_GRACE_SECONDS);
  idle.now += 300;
  expect(await advanceMark(idle.ports)).toEqual(UP_TO_DATE);
  expect(await markOf(idle)).toBe(NOW + 300 - ARCHIVE_GRACE_SECONDS);
});

test('all that was due is archived: the same', async () => {
  const items = [1, 2, 3].map((n) => dueAt(n, NOW - 4000 + n * 1000));
  const good = await world(items, items);
  expect(await advanceMark(good.ports)).toEqual(UP_TO_DATE);
});

test('it stops in the minute of the first that is not, however many behind it are', async () => {
  const items = [1, 2, 3].map((n) => dueAt(n, NOW - 800 + n * 200));
  const [one, , three] = items;
  const late = await world(items, one && three ? [one, three] : []);
  const { lag } = await advanceMark(late.ports);
  expect(lag).toBeGreaterThanOrEqual(400);
  expect(lag).toBeLessThan(460);
  // It is archived at last.
  await archive(
    items.map((item) => inserted(item)),
    late.ports,
  );
  expect(await advanceMark(late.ports)).toEqual(UP_TO_DATE);
});

test('what is long overdue the stream has lost: it is appended, byte for byte, and told', async () => {
  const items = [1, 2, 3].map((n) => dueAt(n, NOW - 4000 + n * 1000));
  const lost = await world(items, items.slice(0, 1));
  expect(await advanceMark(lost.ports)).toEqual({ lag: ARCHIVE_GRACE_SECONDS, filled: 2 });
  expect(lost.published()).toEqual(items.map(({ body }) => body));
  expect(await advanceMark(lost.ports)).toEqual(UP_TO_DATE);
});

test('of what the index names and the table has not, nobody vouches', async () => {
  const gone = await world([dueAt(1, NOW - 3000)], []);
  const ports = { ...gone.ports, ledger: { ...gone.ports.ledger, readMany: async () => [] } };
  const { lag, filled } = await advanceMark(ports);
  expect({ isBehind: lag >= 3000, filled }).toEqual({ isBehind: true, filled: 0 });
});

test('what was due within the last minute may still be on its way', async () => {
  const young = await world([dueAt(1, NOW - ARCHIVE_GRACE_SECONDS)], []);
  expect(await advanceMark(young.ports)).toEqual(UP_TO_DATE);
  young.now += 1;
  expect((await advanceMark(young.ports)).lag).toBeGreaterThan(ARCHIVE_GRACE_SECONDS);
});

test('a tamper leaf in its place is a leaf: somebody has been told', async () => {
  const item = dueAt(1, NOW - 1000);
  const told = await world([item], []);
  await archive([{ ...inserted(item), after: 'not JSON' }], told.ports);
  expect(await advanceMark(told.ports)).toEqual(UP_TO_DATE);
});

test('a leaf counts once it is published: what a crash left is published first', async () => {
  const item = dueAt(1, NOW - 1000);
  const cut = await world([item], []);
  cut.calls.length = 0;
  cut.crash = { at: 4, when: 'after' };
  await expect(archive([inserted(item)], cut.ports)).rejects.toBeInstanceOf(Crash);
  expect(cut.calls.at(-1)).toMatch(/^advance to 1/);
  cut.crash = null;
  expect(await advanceMark(cut.ports)).toEqual(UP_TO_DATE);
  expect(cut.published()).toEqual([item.body]);
});

test('nobody has looked yet: as far back as the stream reaches', async () => {
  const [within, before] = [60, -60].map((after, n) => dueAt(n + 1, NOW - ARCHIVE_FIRST_SECONDS + after));
  if (within === undefined || before === undefined) throw new Error('two items');
  const fresh = await world([within, before], []);
  expect(await advanceMark(fresh.ports)).toEqual({ lag: ARCHIVE_GRACE_SECONDS, filled: 1 });
  expect(fresh.published()).toEqual([within.body]);
});

test('half a day behind nothing is issued, and where nobody has looked neither', () => {
  expect(isArchiveBehind(NOW - MAX_ARCHIVE_LAG_SECONDS, NOW)).toBe(false);
  expect(isArchiveBehind(NOW - MAX_ARCHIVE_LAG_SECONDS - 1, NOW)).toBe(true);
  expect(isArchiveBehind(null, NOW)).toBe(true);
});
