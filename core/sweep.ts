/** Closes what a crash left open: an intent whose time to be issued is past and that has no outcome is an orphan. */
import { sha256Hex } from './encoding/hash.ts';
import { dueHour, INTENT, OUTCOME, outcomeItem } from './ledger/keys.ts';
import { readItem } from './ledger/read-item.ts';
import { draftOrphaned } from './ledger/settle.ts';
import type { Clock, DuePage, ItemKey, Ledger } from './ports.ts';

export interface Swept {
  /** Intents that had their outcome, or got it from a mint just then. */
  readonly settled: number;
  /** Intents that got the outcome *orphaned*. */
  readonly orphaned: number;
  /** Intents that cannot be read: each is an alarm, and none stops the rest. */
  readonly unreadable: number;
}

/**
 * Takes the outcome slot of every intent due in the hours before now. A mint that is still under way and comes
 * second loses the slot and drops its secret (rule 1), so an orphan never has one.
 *
 * @param hours - How many hours to look back, the present one included. The index lags by moments, so that the
 *   hour before is always looked at again.
 */
export async function sweep(
  ports: { readonly clock: Clock; readonly ledger: Ledger },
  hours = 2,
): Promise<Swept> {
  const now = Math.floor(ports.clock() / 1000);
  const total = { settled: 0, orphaned: 0, unreadable: 0 };
  for (let back = hours - 1; back >= 0; back -= 1) {
    const hour = dueHour(now - back * 3600);
    let page: DuePage | null = null;
    do {
      const due: { keys: readonly ItemKey[]; next: DuePage | null } = await ports.ledger.due(hour, now, page);
      for (const { pk, sk } of due.keys) {
        if (sk === INTENT) total[await closeOrphan(pk, now, ports.ledger)] += 1;
      }
      page = due.next;
    } while (page !== null);
  }
  return total;
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
