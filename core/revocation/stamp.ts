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
