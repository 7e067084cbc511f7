/** Closes what a crash left open: an intent whose time to be issued is past and that has no outcome is an orphan. */
import { sha256Hex } from './encoding/hash.ts';
import { dueHour, INTENT, OUTCOME, outcomeItem } from './ledger/keys.ts';
import { readItem } from './ledger/read-item.ts';
import { draftOrphaned } from './ledger/settle.ts';
import { SWEEP_AGAIN_SECONDS, SWEEP_FIRST_SECONDS } from './limits.ts';
import type { Clock, Cursor, DuePage, ItemKey, Ledger } from './ports.ts';

export interface SweepPorts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly cursor: Cursor;
}

export interface Swept {
  /** Intents that had their outcome, or got it from a mint just then. */
  readonly settled: number;
  /** Intents that got the outcome *orphaned*. */
  readonly orphaned: number;
  /** Intents that cannot be read: each is an alarm, and none stops the rest. */
  readonly unreadable: number;
}

const HOUR = 3600;

/**
 * Takes the outcome slot of every intent that is due. A mint that is still under way and comes second loses the slot
 * and drops its secret (rule 1), so an orphan never has one.
 *
 * It goes on at the hour where it stopped, however long ago that was. The index lags by moments, so the hour before
 * the present one is looked at again each time; an hour before that is done with, and never read again.
 *
 * @returns how many of what it found, this time.
 * @throws Fault `ledger_unavailable`: what was closed by then stays closed, and the next sweep begins at that hour.
 */
export async function sweep({ clock, ledger, cursor }: SweepPorts): Promise<Swept> {
  const now = Math.floor(clock() / 1000);
  const again = hourOf(now - SWEEP_AGAIN_SECONDS);
  const stopped = (await cursor.read()) ?? hourOf(now - SWEEP_FIRST_SECONDS);
  const total = { settled: 0, orphaned: 0, unreadable: 0 };
  for (let hour = Math.min(stopped, again); hour <= now; hour += HOUR) {
    for await (const pk of dueIn(hour, now, ledger)) total[await closeOrphan(pk, now, ledger)] += 1;
    if (hour < again) await cursor.advance(hour + HOUR);
  }
  return total;
}

/** The hour that holds an instant, as the NumericDate of its beginning. */
const hourOf = (numericDate: number): number => numericDate - (numericDate % HOUR);

/** Partition keys of the intents that the index says are due. */
async function* dueIn(hour: number, now: number, ledger: Ledger): AsyncGenerator<string> {
  let page: DuePage | null = null;
  do {
    const due: { readonly keys: readonly ItemKey[]; readonly next: DuePage | null } = await ledger.due(
      dueHour(hour),
      now,
      page,
    );
    for (const { pk, sk } of due.keys) if (sk === INTENT) yield pk;
    page = due.next;
  } while (page !== null);
}

/** The index only points: what counts is read consistently from the table. */
async function closeOrphan(
  pk: string,
  now: number,
  ledger: Ledger,
): Promise<'settled' | 'orphaned' | 'unreadable'> {
  if ((await ledger.read(pk, OUTCOME)) !== null) return 'settled';
  const item = await ledger.read(pk, INTENT);
  const read = item === null ? null : readItem(item);
  // An intent that stands in another writ's place would close that one's slot.
  if (item === null || read === null || !('record' in read) || read.record.type !== 'intent')
    return 'unreadable';
  if (now < read.record.issueBefore) return 'settled';
  const orphan = draftOrphaned(read.record, sha256Hex(item.body), now);
  return (await ledger.settle(outcomeItem(orphan), null)) === 'written' ? 'orphaned' : 'settled';
}
