import { batchesOf } from '../batches.ts';
import { stampedItem } from '../ledger/keys.ts';
import type { Stamped } from '../ledger/records.ts';
import type { Clock } from '../ports.ts';
import { denyBefore } from './heads.ts';
import type { Revocations } from './ports.ts';

export interface StampPorts {
  readonly clock: Clock;
  readonly revocations: Pick<Revocations, 'entriesOf' | 'stamp'>;
}

/**
 * Gives a principal's revocation its cut-off T, where it has none: whoever asked for it does, and the reconciler where
 * that one crashed. The clock is read here, after the commit was acknowledged, so that every session of after T was
 * rechecked while the heads were there (rule 8).
 *
 * @throws Fault `ledger_unavailable`: the heads stay pending, and rechecks answer 503, until somebody has stamped them.
 */
export async function stamp(revocation: string, { clock, revocations }: StampPorts): Promise<void> {
  const entries = await revocations.entriesOf(revocation);
  if (!entries.some(({ cutoff }) => cutoff === null)) return;
  const now = Math.floor(clock() / 1000);
  const stamped: Stamped = {
    v: 1,
    type: 'stamped',
    revocation,
    at: now,
    cutoff: now,
    denyBefore: denyBefore(now),
  };
  await revocations.stamp(entries, now, stampedItem(stamped));
}

/** Stamped side by side: each is a transaction. */
const STAMPED_AT_ONCE = 8;

/**
 * Stamps what a revocation that died half-way left pending. One that cannot be stamped stops none of the others.
 *
 * @throws Fault `ledger_unavailable`, when all have been tried.
 */
export async function stampAll(revocations: readonly string[], ports: StampPorts): Promise<void> {
  const failed: unknown[] = [];
  for (const some of batchesOf(revocations, STAMPED_AT_ONCE)) {
    const tried = await Promise.allSettled(some.map((revocation) => stamp(revocation, ports)));
    failed.push(...tried.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  if (failed.length > 0) throw failed[0];
}
