/** When a session was valid, and what a moment is to it. */
import type { WritEvidence } from './evidence.ts';
import type { Reason } from './reasons.ts';
import type { Finding } from './verdict.ts';

export interface Validity {
  readonly issuedAt: number;
  readonly deadline: number;
  /** The first revocation that applies was asked for, and was first seen to work; Infinity: none was. */
  readonly askedAt: number;
  readonly seenRefused: number;
}

/** @returns `null` where no session was issued. */
export function validityOf({ issuedAt, deadline, endings }: WritEvidence): Validity | null {
  if (issuedAt === null || deadline === null) return null;
  return {
    issuedAt,
    deadline,
    askedAt: first(endings.map((ending) => ending.askedAt)),
    seenRefused: first(endings.map((ending) => ending.seenRefused)),
  };
}

/** Not as arguments of `Math.min`, of which there can be too many. */
const first = (times: readonly (number | null)[]): number =>
  times.reduce<number>((least, time) => Math.min(least, time ?? least), Number.POSITIVE_INFINITY);

export const intervalOf = ({ issuedAt, deadline, seenRefused }: Validity): NonNullable<Finding['valid']> => ({
  from: issuedAt,
  to: Math.min(deadline, seenRefused),
});

/**
 * Outside of the interval by more than clocks may differ. Before `issuedAt`, by no more than that, counts as in time:
 * nobody could have had the session, so only the clocks can be off.
 *
 * @param t - When the call completed, NumericDate.
 */
export function outOfTime(
  { issuedAt, deadline, seenRefused }: Validity,
  t: number,
  tolerance: number,
): Reason | null {
  if (t < issuedAt - tolerance) return 'before_issue';
  if (t > deadline + tolerance) return 'after_deadline';
  return t > seenRefused + tolerance ? 'after_seen_refused' : null;
}

/** For a moment that is not out of time: whether it is in either band where nobody can say. */
export function inDoubt({ deadline, askedAt }: Validity, t: number): Reason | null {
  if (t >= askedAt) return 'while_revoking';
  return t >= deadline ? 'at_deadline' : null;
}
