/** How far the evidence log has come: the instant before which all that was due has its leaf. Mint refuses by it. */
import { batchesOf } from '../batches.ts';
import { dueWithin, hourOf } from '../ledger/due.ts';
import {
  ARCHIVE_FIRST_SECONDS,
  ARCHIVE_GRACE_SECONDS,
  ARCHIVE_LOOKS_AT_ONCE,
  ARCHIVE_STEP_SECONDS,
} from '../limits.ts';
import type { Cursor, ItemKey, Ledger } from '../ports.ts';
import { type CommitPorts, settled } from './commit.ts';
import { tamperPlace } from './leaf.ts';

export type MarkPorts = CommitPorts & {
  readonly ledger: Pick<Ledger, 'due'>;
  readonly mark: Cursor;
};

/**
 * Publishes what a crash left unpublished; then goes through what has become due since the last time, oldest first, and stops
 * at the first item without a leaf. Nothing due is nothing missing: an idle broker's mark goes on.
 *
 * What it goes by is the time index, which holds every intent and every session that was issued. Of other records (refusals,
 * ends, revocations, enrolments) it sees nothing: they come by the same stream, and the gap sweep looks at all of them.
 *
 * @returns seconds that the log is behind: ARCHIVE_GRACE_SECONDS at best.
 * @throws Fault as `commit` does, and then the mark stays: who does not look any more does not vouch either.
 */
export async function advanceMark(ports: MarkPorts): Promise<{ readonly lag: number }> {
  const now = Math.floor(ports.clock() / 1000);
  await settled(ports);
  const to = now - ARCHIVE_GRACE_SECONDS;
  const from = (await ports.mark.read()) ?? now - ARCHIVE_FIRST_SECONDS;
  let at = from;
  while (at < to) {
    const end = Math.min(at - (at % ARCHIVE_STEP_SECONDS) + ARCHIVE_STEP_SECONDS, to);
    const step = await hasLeaves(at, end, ports);
    if (step === 'missing') break;
    at = end;
    if (step === 'found') await ports.mark.advance(at);
  }
  if (at > from) await ports.mark.advance(at);
  return { lag: now - at };
}

/** @param from - NumericDate, of one hour with `to`. */
async function hasLeaves(
  from: number,
  to: number,
  ports: MarkPorts,
): Promise<'found' | 'missing' | 'nothing'> {
  let any = false;
  for await (const keys of dueWithin(hourOf(from), { from, to }, ports.ledger)) {
    for (const some of batchesOf(keys, ARCHIVE_LOOKS_AT_ONCE)) {
      const found = await Promise.all(some.map((key) => isLeaf(key, ports)));
      if (found.includes(false)) return 'missing';
      any = true;
    }
  }
  return any ? 'found' : 'nothing';
}

/** A leaf is in the index once it is published. A tamper leaf in its place is one: somebody has been told. */
async function isLeaf(key: ItemKey, { index }: MarkPorts): Promise<boolean> {
  const told = tamperPlace(key);
  const leaves = await index.of(told.pk);
  return leaves.some(({ sk }) => sk === key.sk || sk === told.sk);
}
