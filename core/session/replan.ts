import { Fault } from '../fault.ts';
import type { Opened } from '../ledger/handover.ts';
import { CLOCK_SKEW_SECONDS, ISSUE_WITHIN_SECONDS } from '../limits.ts';
import type { Bundle, LoadedBundle, Permission } from '../policy/bundle.ts';
import { type Chosen, choose } from '../policy/choose.ts';
import type { SessionPlan } from '../ports.ts';
import type { Subject } from '../tokens/identities.ts';
import { sessionBounds } from './bounds.ts';
import { deadline } from './deadline.ts';
import { planSession } from './plan.ts';
import { roleArn } from './role-arn.ts';

/**
 * The session plan once more, from the record, the configuration and the token alone. Exchange's word for policy text,
 * role, names, deadline or parameters is not taken: a broken exchange can lie about task and purpose, and that is all.
 *
 * @param now - NumericDate.
 * @throws Fault `bundle_mismatch` while a deploy is half done; `plan_differs` where the record speaks of another plan.
 */
export function replan(opened: Opened, subject: Subject, policy: LoadedBundle, now: number): SessionPlan {
  const { intent, hash, personal } = opened;
  if (intent.decision.bundle !== policy.hash) throw new Fault('bundle_mismatch');
  if (intent.decision.effect !== 'permit' || !isOfNow(intent, now)) throw new Fault('plan_differs');
  checkAgent(intent, policy.bundle);
  const chosen = chosenAgain(intent, policy.bundle);
  checkDeadline(intent, subject, chosen.permission);

  const address = { value: personal.address, sealed: intent.address };
  const bounds = sessionBounds(chosen.permission, chosen, address, intent.deadline);
  const role = roleArn(chosen.account, chosen.permission.role);
  if (bounds.recorded !== intent.sessionPolicy || role !== intent.role) throw new Fault('plan_differs');
  return planSession({
    writ: intent.writ,
    intentHash: hash,
    subject,
    device: intent.device.id,
    agent: intent.actor.agent,
    task: intent.task.value,
    purpose: personal.purpose,
    permission: intent.permission,
    authority: intent.authority,
    role,
    policy: bounds.policy,
    durationSeconds: intent.durationSeconds,
  });
}

type Intent = Opened['intent'];

const isOfNow = ({ at, issueBefore }: Intent, now: number): boolean =>
  issueBefore === at + ISSUE_WITHIN_SECONDS && at <= now + CLOCK_SKEW_SECONDS;

function checkAgent({ actor, at }: Intent, { agents }: Bundle): void {
  const agent = agents.find(({ agent }) => agent === actor.agent);
  if (agent === undefined || at >= agent.expires || at >= agent.reviewBy) throw new Fault('plan_differs');
}

/** Permission, account and parameters, found and checked anew by name: they are data in the record, never text. */
function chosenAgain({ permission, account: id, parameters }: Intent, bundle: Bundle): Chosen {
  const account = bundle.accounts.find((each) => each.id === id)?.account ?? '';
  const chosen = choose({ permission, account, parameters }, bundle);
  if (!chosen.ok) throw new Fault('plan_differs');
  return chosen.value;
}

/** Rule 7 once more, over the token that mint itself has verified. */
function checkDeadline(intent: Intent, subject: Subject, { longest }: Permission): void {
  const limit = deadline({
    wanted: intent.duration,
    longest,
    subjectExp: subject.exp,
    attestationExp: intent.device.exp,
    now: intent.at,
  });
  const same =
    limit.ok &&
    limit.value.deadline === intent.deadline &&
    limit.value.durationSeconds === intent.durationSeconds;
  if (!same) throw new Fault('plan_differs');
}
