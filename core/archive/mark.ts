/** How far the evidence log has come: the instant before which all that was due has its leaf. Mint refuses by it. */
import { batchesOf } from '../batches.ts';
import { dueWithin, hourOf } from '../ledger/due.ts';
import {
  ARCHIVE_FIRST_SECONDS,
  ARCHIVE_GRACE_SECONDS,
  ARCHIVE_LOOKS_AT_ONCE,
  ARCHIVE_LOST_SECONDS,
  ARCHIVE_STEP_SECONDS,
  GAPS_AT_ONCE,
} from '../limits.ts';
import type { Cursor, ItemKey, Ledger, LedgerItem } from '../ports.ts';
import { type CommitPorts, commit, settled } from './commit.ts';
import { leafOfItem, tamperPlace } from './leaf.ts';

export type MarkPorts = CommitPorts & {
  readonly ledger: Pick<Ledger, 'due' | 'readMany'>;
  readonly mark: Cursor;
};

/**
 * Publishes what a crash left unpublished; then goes through what has become due since the last time, oldest first, and stops
 * at the first item without a leaf. One that is long overdue the stream has lost: it is appended here, or a single one would
 * stop all issuing until the gap sweep has come to it. Nothing due is nothing missing: an idle broker's mark goes on.
 *
 * What it goes by is the time index, which holds every intent and every session that was issued. Of other records (refusals,
 * ends, revocations, enrolments) it sees nothing: they come by the same stream, and the gap sweep looks at all of them.
 *
 * @returns seconds that the log is behind, ARCHIVE_GRACE_SECONDS at best; and how many items it had to append.
 * @throws Fault as `commit` does, and then the mark stays: who does not look any more does not vouch either.
 */
export async function advanceMark(
  ports: MarkPorts,
): Promise<{ readonly lag: number; readonly filled: number }> {
  const now = Math.floor(ports.clock() / 1000);
  await settled(ports);
  const to = now - ARCHIVE_GRACE_SECONDS;
  const from = (await ports.mark.read()) ?? now - ARCHIVE_FIRST_SECONDS;
  let at = from;
  let filled = 0;
  while (at < to) {
    const end = Math.min(at - (at % ARCHIVE_STEP_SECONDS) + ARCHIVE_STEP_SECONDS, to);
    const { any, missing } = await leavesOf(at, end, ports);
    if (missing.length > 0) {
      if (end > now - ARCHIVE_LOST_SECONDS) break;
      const found = await ports.ledger.readMany(missing);
      filled += await append(found, now, ports);
      // The index names what the table has not: nobody may vouch for that.
      if (found.length < missing.length) break;
    }
    at = end;
    if (any) await ports.mark.advance(at);
  }
  if (at > from) await ports.mark.advance(at);
  return { lag: now - at, filled };
}

async function append(items: readonly LedgerItem[], now: number, ports: MarkPorts): Promise<number> {
  let added = 0;
  for (const some of batchesOf(items, GAPS_AT_ONCE)) {
    added += (
      await commit(
        some.map((item) => leafOfItem(item, item.body, now)),
        ports,
      )
    ).added.length;
  }
  return added;
}

/**
 * @param from - NumericDate, of one hour with `to`.
 * @returns whether anything was due, and of that the items without a leaf.
 */
async function leavesOf(
  from: number,
  to: number,
  ports: MarkPorts,
): Promise<{ readonly any: boolean; readonly missing: readonly ItemKey[] }> {
  let any = false;
  const missing: ItemKey[] = [];
  for await (const keys of dueWithin(hourOf(from), { from, to }, ports.ledger)) {
    for (const some of batchesOf(keys, ARCHIVE_LOOKS_AT_ONCE)) {
      const found = await Promise.all(some.map((key) => isLeaf(key, ports)));
      missing.push(...some.filter((_, place) => found[place] !== true));
      any = true;
    }
  }
  return { any, missing };
}

/** A leaf is in the index once it is published. A tamper leaf in its place is one: somebody has been told. */
async function isLeaf(key: ItemKey, { index }: MarkPorts): Promise<boolean> {
  const told = tamperPlace(key);
  const leaves = await index.of(told.pk);
  return leaves.some(({ sk }) => sk === key.sk || sk === told.sk);
}
