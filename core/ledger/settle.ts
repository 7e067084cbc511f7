/** What mint writes: the outcome of a writ, its key's pointer, and its end where the secret was withheld. */
import type { Assumed, SessionPlan } from '../ports.ts';
import type { Opened } from './handover.ts';
import type { Ended, Failed, Intent, Issued, KeyPointer, Orphaned } from './records.ts';

/**
 * @param plan - What STS was asked, as mint rebuilt it.
 * @param at - NumericDate.
 * @returns the outcome, which holds the key's id and nothing else of the credential.
 */
export const draftIssued = (
  { intent, hash }: Opened,
  plan: SessionPlan,
  assumed: Assumed,
  at: number,
): Issued => ({
  v: 1,
  type: 'outcome',
  outcome: 'issued',
  writ: intent.writ,
  at,
  intent: hash,
  accessKeyId: assumed.credential.AccessKeyId,
  assumedRoleId: assumed.assumedRoleId,
  requestId: assumed.requestId,
  issuedAt: assumed.expiration - plan.DurationSeconds,
  expiration: assumed.expiration,
  // The purpose is a personal field: CloudTrail has its words, the ledger their hash.
  tags: { ...plan.Tags, 'writ:purpose': intent.purpose.value },
  packedPolicySize: assumed.packedPolicySize,
});

/** @param mayExistUntil - NumericDate until which a session may exist, though no secret of it left; `null`: none does. */
export const draftFailed = (
  { intent, hash }: Opened,
  at: number,
  error: string,
  mayExistUntil: number | null,
): Failed => ({
  v: 1,
  type: 'outcome',
  outcome: 'failed',
  writ: intent.writ,
  at,
  intent: hash,
  error,
  mayExistUntil,
});

/**
 * @param hash - SHA-256 of the intent's body as it stands in the ledger, hex.
 * @param at - NumericDate.
 */
export const draftOrphaned = (intent: Intent, hash: string, at: number): Orphaned => ({
  v: 1,
  type: 'outcome',
  outcome: 'orphaned',
  writ: intent.writ,
  at,
  intent: hash,
});

/**
 * The end of a writ whose secret was dropped. It may stand beside an outcome *issued*, or alone where that one was lost.
 *
 * @param at - NumericDate.
 */
export const draftWithheld = ({ intent, hash }: Opened, at: number): Ended => ({
  v: 1,
  type: 'ended',
  writ: intent.writ,
  at,
  intent: hash,
  how: 'withheld',
  revocation: null,
});

/** From the access key to its writ: CloudTrail names a key, and whoever asks has nothing else. */
export const draftKeyPointer = ({ accessKeyId, writ, at }: Issued): KeyPointer => ({
  v: 1,
  type: 'key',
  accessKeyId,
  writ,
  at,
});
