/** Which heads say that a writ is over, and what they say: rule 8 as pure functions. */
import type { Intent } from '../ledger/records.ts';
import { DENY_MARGIN_SECONDS, DENY_ROUNDING_SECONDS, HEALTH_SECONDS } from '../limits.ts';
import type { Head, HeadKey, HeadKind } from '../ports.ts';
import { identityTag, tagValue } from '../session/encode.ts';
import { WRIT_ALIAS } from '../tokens/writ-issuer.ts';

/** Every head that concerns a writ: one BatchGetItem reads them all. */
export function headsOf(intent: Intent): readonly HeadKey[] {
  return [
    { kind: 'writ', value: intent.writ },
    { kind: 'user', value: intent.subject.id },
    ...devicesOf(intent).map((value) => ({ kind: 'device' as const, value })),
    { kind: 'agent', value: intent.actor.agent },
    { kind: 'task', value: tagValue(intent.task.value) },
    { kind: 'permission', value: intent.permission },
    { kind: 'role', value: intent.role },
    { kind: 'all', value: '*' },
  ];
}

/** One key can be shown as an MDM's device, as Writ's own, or as claimed: a blocked key is blocked under any name. */
const devicesOf = ({ device }: Intent): readonly string[] => [
  ...new Set([device.id, identityTag(WRIT_ALIAS, device.jkt)]),
];

export const isSameHead = (one: HeadKey, other: HeadKey): boolean =>
  one.kind === other.kind && one.value === other.value;

/** The heads that stop an enrolment: of the user, of the key as Writ's own device, of all. */
export const headsOfEnrolment = (user: string, device: string): readonly HeadKey[] => [
  { kind: 'user', value: user },
  { kind: 'device', value: device },
  { kind: 'all', value: '*' },
];

export type Standing =
  | { readonly state: 'clear' }
  /** Written and not yet stamped, or the deny entry still covers what would be issued now. */
  | { readonly state: 'pending'; readonly retryAfter: number }
  | { readonly state: 'revoked'; readonly kind: HeadKind }
  /** No revocation could be shown to work in the account: nothing is begun that could not be ended. */
  | { readonly state: 'unverified' }
  /** Nobody can say: treated as over, and told as the fault that it is. */
  | { readonly state: 'unread' };

export const UNREAD: Standing = { state: 'unread' };

/**
 * T': sessions issued before it are denied by the entry that a cut-off T leads to (architecture, section 7).
 *
 * @param cutoff - T, NumericDate.
 * @returns NumericDate, T + 3 s rounded up to 10 s.
 */
export const denyBefore = (cutoff: number): number =>
  Math.ceil((cutoff + DENY_MARGIN_SECONDS) / DENY_ROUNDING_SECONDS) * DENY_ROUNDING_SECONDS;

/** Before STS is asked: whatever would be issued now must not already be over. */
export function standing(heads: readonly Head[], now: number): Standing {
  return worst(heads, (head) => {
    if (head.pending) return { state: 'pending', retryAfter: 1 };
    if (isRevoked(head, now)) return { state: 'revoked', kind: head.kind };
    if (head.cutoff === null || denyBefore(head.cutoff) <= now) return { state: 'clear' };
    return { state: 'pending', retryAfter: denyBefore(head.cutoff) - now };
  });
}

/**
 * After STS has answered. Either this sees the revocation, or the session was issued before its cut-off was
 * stamped and the deny entry covers it: there is no third case, and no lock.
 *
 * @param issuedAt - STS's own issue time, `Expiration − DurationSeconds`, NumericDate.
 */
export function standingAfter(heads: readonly Head[], now: number, issuedAt: number): Standing {
  return worst(heads, (head) => {
    if (head.pending) return { state: 'pending', retryAfter: 1 };
    if (isRevoked(head, now)) return { state: 'revoked', kind: head.kind };
    if (head.cutoff === null || denyBefore(head.cutoff) <= issuedAt) return { state: 'clear' };
    // A cut-off without a block ends sessions and nobody's right to ask: by STS's clock T' is so far away.
    return { state: 'pending', retryAfter: denyBefore(head.cutoff) - issuedAt };
  });
}

/**
 * No revoke, no credential (rule 8): an account whose deny policy was not verified in the last HEALTH_SECONDS gets no
 * new session. What a head says comes first.
 *
 * @param verifiedAt - NumericDate, by a reconciler's clock; `null`: never.
 */
export function inAccount(by: Standing, verifiedAt: number | null, now: number): Standing {
  if (by.state !== 'clear') return by;
  return verifiedAt !== null && now - verifiedAt <= HEALTH_SECONDS ? by : { state: 'unverified' };
}

/** Blocked, or this very writ: its cut-off has no later session that could be spared. */
const isRevoked = (head: Head, now: number): boolean =>
  (head.blockedUntil !== null && head.blockedUntil > now) || (head.kind === 'writ' && head.cutoff !== null);

function worst(heads: readonly Head[], judge: (head: Head) => Standing): Standing {
  let found: Standing = { state: 'clear' };
  for (const head of heads) {
    const standing = judge(head);
    if (standing.state === 'revoked') return standing;
    if (standing.state === 'pending') found = standing;
  }
  return found;
}
