import type { Identified } from '../grant.ts';
import { withPurpose } from '../ledger/personal.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Authorize } from '../ports.ts';
import type { Details } from '../request.ts';
import type { Seen } from '../seen.ts';
import type { LoadedBundle } from './bundle.ts';
import type { Chosen } from './choose.ts';
import { type Decision, decideIssue } from './decide.ts';

/**
 * Whether this user, on this device, with this agent may have what was chosen, for this task: the permission's own
 * demand on the proof (rule 4d), then Cedar. The decision is kept in `seen` whichever way it went.
 *
 * @returns the decision for the record; or the refusal `body_hash_required` or `policy_denied`.
 * @throws Fault `policy_engine_failed`.
 */
export function judge(
  identified: Identified,
  chosen: Chosen,
  details: Details,
  seen: Seen,
  ports: { readonly policy: LoadedBundle; readonly authorize: Authorize },
): Outcome<Decision> {
  const { permission, demandsBodyHash } = chosen.permission;
  if (demandsBodyHash && !identified.proof.coversBody)
    return refuse({ reason: 'body_hash_required', permission });

  const asked = { ...identified, chosen, details, address: seen.received.sourceAddress, now: seen.now };
  const judged = decideIssue(asked, withPurpose(identified.sealed.hashes), ports.policy, ports.authorize);
  seen.decision = judged.decision;
  return judged.outcome.ok ? allow(judged.decision) : judged.outcome;
}
