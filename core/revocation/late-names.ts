import type { Revoked } from '../ledger/records.ts';
import { MAX_DEVICE_NAMES } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { type Act, draftCommit } from './draft.ts';
import { revocationId } from './id.ts';
import type { LiveSessions, Revocations } from './ports.ts';
import { type StampPorts, stamp } from './stamp.ts';

export interface LateNamesPorts extends StampPorts {
  readonly clock: Clock;
  readonly live: Pick<LiveSessions, 'namesOf'>;
  readonly revocations: Pick<Revocations, 'commit' | 'stamp' | 'entriesOf'>;
}

/**
 * A machine's other names are looked for before the commit; a session that was being issued in that very moment may bear
 * one that nobody had seen yet. Its intent was durable before its heads were read, and no heads that are read after the
 * commit let a secret go: so whoever looks again now finds the name of each session that slipped through. Each is ended
 * by a revocation of its own, as if it had been asked for too.
 *
 * @param record - Of the revocation that has been committed.
 * @returns the names, at most MAX_DEVICE_NAMES.
 * @throws Fault `ledger_unavailable`: asking again looks again.
 */
export async function endLateNames(
  record: Revoked,
  act: Act,
  ports: LateNamesPorts,
): Promise<readonly string[]> {
  if (record.kind !== 'device' || record.mode === 'lift') return [];
  const known = new Set([record.value, ...record.also]);
  const names = await ports.live.namesOf(record.value, Math.floor(ports.clock() / 1000));
  const late = names
    .filter((name) => !known.has(name))
    .sort()
    .slice(0, MAX_DEVICE_NAMES);
  for (const value of late) {
    const request = { ...act.request, value };
    const revocation = revocationId(act.by, request);
    const target = { kind: 'device', value, also: [] } as const;
    const { commit } = draftCommit({ ...act, request, revocation, target, askedAt: ports.clock() }, null);
    // `exists`: an earlier try came this far.
    await ports.revocations.commit(commit);
    await stamp(revocation, ports);
  }
  return late;
}
