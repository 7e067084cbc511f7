/**
 * Closes what was left open: an intent whose time to be issued is past and that has no outcome is an orphan; a writ
 * whose deadline is past and that has no end lost its schedule.
 */
import { batchesOf } from './batches.ts';
import { type ClosePorts, close } from './close.ts';
import { sha256Hex } from './encoding/hash.ts';
import { dueWithin, HOUR_SECONDS, hourOf } from './ledger/due.ts';
import { ENDED, INTENT, OUTCOME, outcomeItem, placeOf, writKey } from './ledger/keys.ts';
import { readItem } from './ledger/read-item.ts';
import { draftOrphaned } from './ledger/settle.ts';
import {
  SWEEP_AGAIN_SECONDS,
  SWEEP_AT_ONCE,
  SWEEP_CLOSES_AFTER_SECONDS,
  SWEEP_FIRST_SECONDS,
} from './limits.ts';
import type { Clock, Cursor, ItemKey, Ledger } from './ports.ts';

export type SweepPorts = ClosePorts & {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly cursor: Cursor;
};

export interface Swept {
  /** Intents that had their outcome and writs that had their end, or got it from somebody else just then. */
  readonly settled: number;
  /** Repaired: intents that got the outcome *orphaned*. */
  readonly orphaned: number;
  /** Repaired: writs that got their end. */
  readonly closed: number;
  /** Items that cannot be read: each is an alarm, and none stops the rest. */
  readonly unreadable: number;
}

/**
 * Takes the outcome slot of every intent that is due. A mint that is still under way and comes second loses the slot
 * and drops its secret (rule 1), so an orphan never has one. And closes every writ that is due, as its schedule should
 * have, once that has had its time.
 *
 * It goes on at the hour where it stopped, however long ago that was. The index lags by moments, so the hour before
 * the present one is looked at again each time; an hour before that is done with, and never read again.
 *
 * @returns how many of what it found, this time.
 * @throws Fault `ledger_unavailable`: what was closed by then stays closed, and the next sweep begins at that hour.
 */
export async function sweep(ports: SweepPorts): Promise<Swept> {
  const { clock, ledger, cursor } = ports;
  const now = Math.floor(clock() / 1000);
  const again = hourOf(now - SWEEP_AGAIN_SECONDS);
  const stopped = (await cursor.read()) ?? hourOf(now - SWEEP_FIRST_SECONDS);
  const total = { settled: 0, orphaned: 0, closed: 0, unreadable: 0 };
  for (let hour = Math.min(stopped, again); hour <= now; hour += HOUR_SECONDS) {
    for await (const keys of dueWithin(hour, { from: hour, to: now }, ledger)) {
      for (const some of batchesOf(keys, SWEEP_AT_ONCE)) await repair(some, now, ports, total);
    }
    if (hour < again) await cursor.advance(hour + HOUR_SECONDS);
  }
  return total;
}

/** The index only points: what counts is read consistently from the table. Most are in order, and cost no more. */
async function repair(
  keys: readonly ItemKey[],
  now: number,
  ports: SweepPorts,
  total: { -readonly [What in keyof Swept]: number },
): Promise<void> {
  const due = keys.flatMap(({ pk, sk }) => {
    const closedBy = CLOSED_BY[sk];
    return closedBy === undefined ? [] : [{ pk, sk, closedBy }];
  });
  const found = await ports.ledger.readMany(due.map(({ pk, closedBy }) => ({ pk, sk: closedBy })));
  const taken = new Set(found.map(placeOf));
  for (const { pk, sk, closedBy } of due) {
    if (taken.has(placeOf({ pk, sk: closedBy }))) total.settled += 1;
    else if (sk === INTENT) total[await closeOrphan(pk, now, ports.ledger)] += 1;
    else total[await closeOverdue(pk, now, ports)] += 1;
  }
}

/** What stands in the index, and the slot that is taken once nothing is left to do. */
const CLOSED_BY: { readonly [sk: string]: string | undefined } = { [INTENT]: OUTCOME, [OUTCOME]: ENDED };

async function closeOrphan(
  pk: string,
  now: number,
  ledger: Ledger,
): Promise<'settled' | 'orphaned' | 'unreadable'> {
  const item = await ledger.read(pk, INTENT);
  const read = item === null ? null : readItem(item);
  // An intent that stands in another writ's place would close that one's slot.
  if (item === null || read === null || !('record' in read) || read.record.type !== 'intent')
    return 'unreadable';
  if (now < read.record.issueBefore) return 'settled';
  const orphan = draftOrphaned(read.record, sha256Hex(item.body), now);
  return (await ledger.settle(outcomeItem(orphan), null)) === 'written' ? 'orphaned' : 'settled';
}

/** A schedule fires up to a minute late, and is tried again: what it closes was not lost. */
async function closeOverdue(
  pk: string,
  now: number,
  ports: SweepPorts,
): Promise<'settled' | 'closed' | 'unreadable'> {
  const writ = pk.slice(writKey('').length);
  const { state } = await close(writ, ports, now - SWEEP_CLOSES_AFTER_SECONDS);
  if (state === 'closed') return 'closed';
  // The index has no outcome but those that were issued.
  return state === 'unreadable' || state === 'nothing' ? 'unreadable' : 'settled';
}
