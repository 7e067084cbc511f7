/** What the audit says of one event (architecture, section 8). */

export const VERDICTS = [
  'ATTRIBUTED',
  'DENIED',
  'NOT_YET',
  'EXPIRED',
  'AFTER_REVOCATION',
  'IN_DOUBT',
  'ELSEWHERE',
  'SHARED',
  'CONFLICT',
  'UNBROKERED',
  'DARK',
  'STANDING',
  'OUT_OF_SCOPE',
  'UNVERIFIED',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Verdicts that somebody has to look at today: `writ audit` exits with 2. */
export const ALARMS: readonly Verdict[] = [
  'NOT_YET',
  'EXPIRED',
  'AFTER_REVOCATION',
  'ELSEWHERE',
  'SHARED',
  'CONFLICT',
  'UNBROKERED',
  'DARK',
  'STANDING',
  'UNVERIFIED',
];

/** By what an event was joined to its writ, strongest first. */
export type MatchedBy = 'request_id' | 'source_identity' | 'session_name' | 'principal_id' | 'access_key';

export interface Finding {
  readonly verdict: Verdict;
  /** One of `core/audit/reasons.ts`: a constant word, with a sentence there. */
  readonly reason: string;
  /** All that led to this writ; empty where none did. */
  readonly matchedBy: readonly MatchedBy[];
  readonly writ: string | null;
  /** Indices of the leaves that it rests on. */
  readonly records: readonly number[];
  /** When the session was valid, NumericDates, `to` exclusive: the deadline, or the revocation that came first. */
  readonly valid: { readonly from: number; readonly to: number } | null;
  /** Seconds to the end of it when the call completed; negative: over by so many. */
  readonly secondsLeft: number | null;
  /** What could not be told (a place whose address was erased…): constant words. */
  readonly unknown: readonly string[];
}

/** Judged together with all others of its credential: SHARED needs more than one event. */
export interface Judged<E> {
  readonly event: E;
  readonly finding: Finding;
}
