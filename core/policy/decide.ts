import { sha256Hex } from '../encoding/hash.ts';
import { jcs } from '../encoding/jcs.ts';
import type { Intent } from '../ledger/records.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Authorize, PolicyAnswer, PolicyQuestion } from '../ports.ts';
import type { Remedy } from '../refusals.ts';
import type { CedarPolicies, LoadedBundle } from './bundle.ts';
import { type EnrollAsked, enrollQuestion, type IssueAsked, issueQuestion } from './question.ts';
import { type ReadAsked, type RevokeAsked, readQuestion, revokeQuestion } from './revoke-question.ts';

export type Decision = Intent['decision'];

export interface Decided {
  /** For the record, whichever way it went. */
  readonly decision: Decision;
  /** The refusal is always `policy_denied`. */
  readonly outcome: Outcome<null>;
}

/**
 * The personal values as the record holds them: base64url(SHA-256(salt ‖ value)). `decision.inputs` is taken over
 * these, not over the values: a plain hash of an address could be guessed back after the person was forgotten, and
 * this way the hash can be recomputed from the record alone.
 */
export interface SealedValues {
  readonly address: string;
  readonly purpose: string;
}

/**
 * Asks Cedar whether the permission may be had.
 *
 * @param sealed - Hashes of `asked.address` and `asked.details.purpose`, as the record will hold them.
 * @throws Fault `policy_engine_failed` from the engine.
 */
export function decideIssue(
  asked: IssueAsked,
  sealed: SealedValues,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided {
  const seen = {
    ...asked,
    address: sealed.address,
    details: { ...asked.details, purpose: sealed.purpose },
  };
  return decide(issueQuestion(asked), issueQuestion(seen), policy, authorize);
}

/** Whether the permission could be had. Asked for a list, so there is no decision to record. */
export function wouldPermit(asked: IssueAsked, authorize: Authorize): boolean {
  const { decision, errors } = authorize(issueQuestion(asked));
  return decision === 'allow' && errors.length === 0;
}

/** Asks Cedar whether the user may enroll this key as a device. As `decideIssue` otherwise. */
export function decideEnroll(
  asked: EnrollAsked,
  sealed: Pick<SealedValues, 'address'>,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided {
  const seen = { ...asked, address: sealed.address };
  return decide(enrollQuestion(asked), enrollQuestion(seen), policy, authorize);
}

/** Asks Cedar whether the user may end, block or lift this. As `decideIssue` otherwise. */
export function decideRevoke(
  asked: RevokeAsked,
  sealed: Pick<SealedValues, 'address'>,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided {
  const seen = { ...asked, address: sealed.address };
  return decide(revokeQuestion(asked), revokeQuestion(seen), policy, authorize);
}

/** Asks Cedar whether the user may know of this, as `decideIssue` otherwise. */
export function decideRead(
  asked: ReadAsked,
  sealed: Pick<SealedValues, 'address'>,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided {
  const seen = { ...asked, address: sealed.address };
  return decide(readQuestion(asked), readQuestion(seen), policy, authorize);
}

/** The same where many are asked about. Nothing is recorded of it: what may not be read is as if it were not there. */
export function mayRead(asked: ReadAsked, authorize: Authorize): boolean {
  const { decision, errors } = authorize(readQuestion(asked));
  return decision === 'allow' && errors.length === 0;
}

function decide(
  question: PolicyQuestion,
  sealed: PolicyQuestion,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided {
  const answer = authorize(question);
  const permitted = answer.decision === 'allow' && answer.errors.length === 0;
  // Cedar skips a policy that fails to evaluate. A skipped `forbid` would let through what it forbids, so a failure
  // of any policy refuses, and the failed policies are the ones that determined it.
  const policies = answer.errors.length > 0 ? answer.errors : answer.policies;
  const decision: Decision = {
    effect: permitted ? 'permit' : 'refuse',
    policies: [...policies],
    inputs: sha256Hex(jcs(sealed)),
    bundle: policy.hash,
  };
  if (permitted) return { decision, outcome: allow(null) };
  const remedy = remedyOf(answer, policy.bundle.policies);
  return { decision, outcome: refuse({ reason: 'policy_denied', policies: decision.policies, remedy }) };
}

/** The order in which remedies are worth trying: asking a person first, as nothing else helps without. */
const ORDER = ['ask', 'enroll', 'login', 'step_up', 'shorten'] as const satisfies readonly Remedy[];

/** A remedy is offered only where each policy that refused has one; `null` where it was nobody's permit. */
function remedyOf(answer: PolicyAnswer, policies: CedarPolicies): Remedy | null {
  if (answer.errors.length > 0) return null;
  const remedies = answer.policies.map((id) =>
    Object.hasOwn(policies.remedies, id) ? policies.remedies[id] : undefined,
  );
  if (remedies.includes(undefined)) return null;
  return ORDER.find((remedy) => remedies.includes(remedy)) ?? null;
}
