import { Fault } from '../fault.ts';
import { MAX_CHAINED_SECONDS, MIN_STS_SECONDS, MIN_USEFUL_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';

/** What can end a session first, named in the refusal where it leaves too little. */
export type EndsFirst = 'duration' | 'permission' | 'role_chaining' | 'subject_token' | 'attestation';

/**
 * Chooses the instant from which AWS denies the session, so that it never outlasts what it rests on (rule 7).
 *
 * @param from.wanted - Lifetime asked for, seconds.
 * @param from.longest - The permission's longest lifetime, seconds.
 * @param from.subjectExp - `exp` of the verified subject token, NumericDate.
 * @param from.attestationExp - `exp` of the device's attestation, NumericDate; `null` where it has none.
 * @param from.now - NumericDate, whole seconds.
 * @returns `deadline`, NumericDate, whole seconds; `durationSeconds`, the least `DurationSeconds` that STS takes and
 *   that covers it. Or the refusal `too_little_time_left` under MIN_USEFUL_SECONDS, with what ends first.
 * @throws Fault `misconfigured` for what is no number.
 * @see AssumeRole `DurationSeconds`: at least 900, and 3600 at most for a chained role, which mint's is.
 */
export function deadline(from: {
  readonly wanted: number;
  readonly longest: number;
  readonly subjectExp: number;
  readonly attestationExp: number | null;
  readonly now: number;
}): Outcome<{ readonly deadline: number; readonly durationSeconds: number }> {
  const { now } = from;
  const ends: [EndsFirst, number][] = [
    ['duration', now + from.wanted],
    ['permission', now + from.longest],
    ['role_chaining', now + MAX_CHAINED_SECONDS],
    ['subject_token', from.subjectExp],
    ['attestation', from.attestationExp ?? Number.POSITIVE_INFINITY],
  ];
  // A comparison with NaN is false: the refusal below would be passed by.
  if (ends.some(([, end]) => Number.isNaN(end))) throw new Fault('misconfigured');
  const [by, exact] = ends.reduce((first, next) => (next[1] < first[1] ? next : first));
  // RFC 7519 §2 lets a NumericDate have a fraction; IAM's clock has none.
  const end = Math.floor(exact);
  if (end - now < MIN_USEFUL_SECONDS) return refuse({ reason: 'too_little_time_left', end, now, by });
  return allow({ deadline: end, durationSeconds: Math.max(MIN_STS_SECONDS, end - now) });
}
