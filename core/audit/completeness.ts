/** Both ways: every mint has its record, and every record of a session its mint. */
import type { Evidence, Prefilter } from './evidence.ts';
import type { TrailEvent } from './trail-event.ts';
import { partOf } from './use.ts';

/**
 * What a session that was made of a brokered role is counted by: two accounts log one call, and both have its request id.
 *
 * @returns `null`: it is none.
 */
export function mintIn(event: TrailEvent, prefilter: Prefilter): string | null {
  if (event.mint === null || event.errorCode !== null) return null;
  if (partOf(event, prefilter).part !== 'mint') return null;
  return event.requestId ?? event.sharedEventId ?? event.eventId;
}

export interface Compared {
  /** Writs with an issued record in question, by leaf. */
  readonly issued: readonly string[];
  /** Of these, without a mint in the trail: it is not delivered yet, or lost, or no such call was ever made. */
  readonly withoutMint: readonly string[];
  /** Mints that no issued record has the request of: those of failed and orphaned writs, and dark ones. */
  readonly withoutIssued: readonly string[];
}

/**
 * @param mints - `mintIn` of all events.
 * @param asked - Of which the trail could tell: when a session was issued (NumericDates, `to` exclusive), and where.
 */
export function completeness(
  evidence: Evidence,
  mints: ReadonlySet<string>,
  asked: { readonly from: number; readonly to: number; readonly isCovered: (account: string) => boolean },
): Compared {
  const issued = [...evidence.writs.values()].flatMap(({ writ, state: { intent, outcome } }) =>
    outcome?.outcome === 'issued' &&
    asked.from <= outcome.issuedAt &&
    outcome.issuedAt < asked.to &&
    intent !== null &&
    asked.isCovered(intent.account)
      ? [{ writ, requestId: outcome.requestId }]
      : [],
  );
  return {
    issued: issued.map(({ writ }) => writ),
    withoutMint: issued.filter(({ requestId }) => !mints.has(requestId)).map(({ writ }) => writ),
    withoutIssued: [...mints].filter((requestId) => !evidence.byRequestId.has(requestId)),
  };
}
