/**
 * Every reason that a verdict can have, with the one sentence that reports and `writ why` print. A reason belongs to one
 * verdict, so that a rule that finds the reason has found the verdict.
 */
import type { Verdict } from './verdict.ts';

interface Sentence {
  readonly verdict: Verdict;
  readonly says: string;
}

const of = <R extends string>(
  verdict: Verdict,
  sentences: { readonly [reason in R]: string },
): { readonly [reason in R]: Sentence } =>
  Object.fromEntries(
    Object.entries<string>(sentences).map(([reason, says]) => [reason, { verdict, says }]),
  ) as { readonly [reason in R]: Sentence };

const OUT_OF_SCOPE = of('OUT_OF_SCOPE', {
  writs_own: 'One of Writ’s own parts, at its own work.',
  repeated_key: 'A role of others has a key id that AWS once gave to a writ; nothing else joins the two.',
  aws_service: 'AWS itself called, in nobody’s name.',
  service_linked_role: 'AWS called by a role that belongs to one of its services.',
  other_role: 'A role that Writ does not broker.',
  other_account: 'A principal of another account that Writ did not make.',
  user: 'An IAM user, about whom Writ says nothing.',
  root: 'The account’s root user, about whom Writ says nothing.',
  other: 'An identity of a kind that Writ never makes.',
});
export type OutOfScopeKind = keyof typeof OUT_OF_SCOPE;

export const REASONS = {
  ...of('ATTRIBUTED', {
    in_time:
      'Its writ was in force when the call completed, and all that the trail says agrees with the log.',
    minted: 'The session of this writ was made here, as the log says.',
    mint_not_made: 'STS was asked for the session of this writ, by right, and did not make it.',
    mint_without_outcome: 'A session of this writ was made; the log does not say yet what became of it.',
    mint_failed: 'A session was made, and its secret dropped: the log says that issuing failed.',
    mint_orphaned: 'A session was made, and its secret dropped: no outcome came in time.',
    mint_withheld: 'A session was made, and its secret withheld: the writ had been revoked.',
  }),
  ...of('DENIED', {
    refused_by_aws: 'AWS refused the call; the writ says who tried.',
    mint_refused: 'STS refused to make this session.',
  }),
  ...of('NOT_YET', { before_issue: 'The call completed before the session was issued.' }),
  ...of('EXPIRED', { after_deadline: 'AWS let the call through after the writ’s deadline.' }),
  ...of('AFTER_REVOCATION', {
    after_seen_refused:
      'AWS let the call through after the revocation had been seen to work; it does not follow that AWS should have known here.',
  }),
  ...of('IN_DOUBT', {
    at_deadline: 'Within the clocks’ tolerance of the deadline: nobody can say on which side.',
    while_revoking:
      'After a revocation was asked for, and not after it was seen to work: AWS may rightly have let it through.',
  }),
  ...of('ELSEWHERE', {
    out_of_place: 'The right identity, called from outside the place to which the writ is bound.',
  }),
  ...of('SHARED', {
    two_addresses_at_once: 'The same credential was in use from two addresses at the same time.',
  }),
  ...of('CONFLICT', {
    event_id_twice: 'Two different events carry this event id: one of the files was changed.',
    two_writs: 'What the event says of its session leads to different writs.',
    chained:
      'A brokered session’s source identity on another role: the session was carried on, which none may be.',
    minted_late:
      'A session was made for a writ that was not issued, long after Writ had asked for one: by somebody else.',
    took_another_role: 'A brokered session took another role, which none may.',
    role_differs: 'The role is not the one that the writ was issued for.',
    account_differs: 'The account is not the one that the writ was issued for.',
    access_key_differs: 'The access key is not the one that the writ was issued with.',
    session_differs: 'The session’s name or id is not the one that the writ was issued with.',
    source_identity_differs: 'The source identity is not the one that the writ’s session was given.',
    request_id_differs:
      'A session by the writ’s name, from another call of STS than the one that was recorded.',
    tags_differ: 'The session’s tags are not those that were recorded.',
    failed_used: 'A session was used though the log says that none was issued: issuing failed.',
    orphaned_used: 'A session was used though the log says that none was issued: no outcome came in time.',
    withheld_used: 'A session was used though its secret was withheld and never left.',
    refused_used: 'A session carries the id of a refused request, which had none.',
    no_outcome:
      'A session was used, and the log has an intent without outcome: the outcome is durable before a secret leaves.',
    records_contradict: 'The records of this writ contradict each other.',
  }),
  ...of('UNBROKERED', {
    no_record: 'A brokered role was used, and the log has no writ for it.',
    no_record_log_ends:
      'A brokered role was used, and the log has no writ for it; the log that was shown ends before the call.',
    no_intent:
      'A brokered role was used, and of its writ the log lacks the intent: nothing says who authorised it.',
  }),
  ...of('DARK', {
    dark_mint: 'A session of a brokered role was made, and the log has no intent for it.',
    dark_mint_log_ends:
      'A session of a brokered role was made, and the log has no intent for it; the log that was shown ends before.',
  }),
  ...of('UNVERIFIED', {
    not_proven: 'A record of this writ does not lead to the log’s signed root, so it proves nothing.',
    no_outcome_log_ends: 'The log that was shown has the intent, and ends before what became of it.',
  }),
  ...of('STANDING', {
    ai_service_by_long_term_key: 'An AI service was called with credentials that do not end.',
    ai_service_by_other_role: 'An AI service was called by a role that Writ does not broker.',
    agent_by_long_term_key: 'A known agent works with credentials that do not end.',
  }),
  ...OUT_OF_SCOPE,
} as const;
export type Reason = keyof typeof REASONS;

/** What could not be told, and why. */
export const UNKNOWNS = {
  place_erased:
    'Whether it was the right place: the address that asked has been erased, or was not handed over.',
  place_vpc: 'Whether it was the right place: CloudTrail does not name the VPC.',
  place_unreadable: 'Whether it was the right place: the event gives no address.',
} as const;
export type Unknown = keyof typeof UNKNOWNS;

/** @returns the sentence of a reason that a finding names. Total: a word that is none of ours is given back. */
export const sentenceOf = (reason: string): string =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason].says : reason;
