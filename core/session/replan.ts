import { Fault } from '../fault.ts';
import { sha256Hex } from '../hash.ts';
import type { Opened } from '../ledger/handover.ts';
import type { LoadedBundle } from '../policy/bundle.ts';
import type { SessionPlan } from '../ports.ts';
import type { Subject } from '../tokens/identities.ts';
import { resolvePlace } from './place.ts';
import { planSession } from './plan.ts';
import { roleArn } from './role-arn.ts';
import { sessionPolicy } from './session-policy.ts';

/**
 * The session plan once more, from the record and the configuration alone: what exchange says about policy text,
 * role or names is not asked. Only permission and parameters are the record's, and they are data.
 *
 * @throws Fault `bundle_mismatch` while a deploy is half done; `plan_differs` where the record speaks of another plan.
 */
export function replan(
  { intent, hash, personal }: Opened,
  subject: Subject,
  policy: LoadedBundle,
): SessionPlan {
  if (intent.decision.bundle !== policy.hash) throw new Fault('bundle_mismatch');
  const { bundle } = policy;
  const permission = bundle.permissions.find(({ permission }) => permission === intent.permission);
  const account = bundle.accounts.find(({ id }) => id === intent.account);
  if (permission === undefined || account === undefined) throw new Fault('plan_differs');

  const place = resolvePlace(permission.place, personal.address);
  const fill = { parameters: intent.parameters, account };
  const Policy = sessionPolicy(permission, fill, { place, deadline: intent.deadline });
  if (sha256Hex(Policy) !== intent.sessionPolicy || roleArn(account, permission.role) !== intent.role) {
    throw new Fault('plan_differs');
  }
  return planSession({
    writ: intent.writ,
    intentHash: hash,
    subject,
    device: intent.device.id,
    agent: intent.actor.agent,
    task: intent.task.value,
    purpose: personal.purpose,
    permission: permission.permission,
    authority: intent.authority,
    role: intent.role,
    policy: Policy,
    durationSeconds: intent.durationSeconds,
  });
}
