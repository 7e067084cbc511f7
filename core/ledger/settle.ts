/** What mint writes: the outcome of a writ, its key's pointer, and its end where the secret was withheld. */
import type { Assumed, SessionPlan } from '../ports.ts';
import type { Opened } from './handover.ts';
import type { Ended, Failed, Intent, Issued, KeyPointer, Orphaned } from './records.ts';

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

export const draftOrphaned = (intent: Intent, hash: string, at: number): Orphaned => ({
  v: 1,
  type: 'outcome',
  outcome: 'orphaned',
  writ: intent.writ,
  at,
  intent: hash,
});

export const draftWithheld = ({ intent, hash }: Opened, at: number): Ended => ({
  v: 1,
  type: 'ended',
  writ: intent.writ,
  at,
  intent: hash,
  how: 'withheld',
  revocation: null,
});

export const draftKeyPointer = ({ accessKeyId, writ, at }: Issued): KeyPointer => ({
  v: 1,
  type: 'key',
  accessKeyId,
  writ,
  at,
});
