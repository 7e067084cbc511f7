import { isDeepStrictEqual as same } from 'node:util';
import { Fault } from '../fault.ts';
import { placeRecord, subjectRecord } from '../ledger/draft.ts';
import type { Opened } from '../ledger/handover.ts';
import { CLOCK_SKEW_SECONDS, ISSUE_WITHIN_SECONDS } from '../limits.ts';
import type { Bundle, LoadedBundle } from '../policy/bundle.ts';
import { type Chosen, choose } from '../policy/choose.ts';
import type { SessionPlan } from '../ports.ts';
import type { Subject } from '../tokens/identities.ts';
import { type Bounds, bound } from './bounds.ts';
import { planSession } from './plan.ts';
import { roleArn } from './role-arn.ts';

/**
 * The session plan once more, from the record, the configuration and the token alone. Exchange's word for the user,
 * authority, role, scope or deadline is not taken. Device, agent, task, purpose and the caller's address are, and that
 * Cedar permitted: mint sees neither their tokens nor the connection, and a broken exchange can lie about them, to the
 * ledger as well.
 *
 * @param now - NumericDate.
 * @throws Fault `bundle_mismatch` while a deploy is half done; `plan_differs` where the record speaks of another plan.
 */
export function replan(opened: Opened, subject: Subject, policy: LoadedBundle, now: number): SessionPlan {
  const { intent, hash, personal } = opened;
  if (intent.decision.bundle !== policy.hash) throw new Fault('bundle_mismatch');
  if (!isPermitted(intent) || !isOfNow(intent, now) || !isUsers(intent, subject))
    throw new Fault('plan_differs');
  checkAgent(intent, policy.bundle);
  const chosen = chosenAgain(intent, policy.bundle);
  const bounds = boundAgain(chosen, opened, subject);
  const role = roleArn(chosen.account, chosen.permission.role);
  const place = placeRecord(chosen.permission.place, intent.address);
  if (role !== intent.role || chosen.account.region !== intent.region || !same(place, intent.place))
    throw new Fault('plan_differs');
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

/** Nobody approves and nothing is delegated yet: a record that says so was not made by rule. */
const isPermitted = ({ decision, authority, mandate, parent, approval, task, purpose }: Intent): boolean =>
  decision.effect === 'permit' &&
  authority === 'live' &&
  mandate === null &&
  parent === null &&
  approval === null &&
  task.by === 'declared' &&
  purpose.by === 'declared';

/** The record speaks of the user whose token was verified just now, in every field. */
const isUsers = ({ subject: recorded }: Intent, subject: Subject): boolean =>
  same(recorded, subjectRecord(subject, recorded));

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

/** Deadline, place and scope once more, over the token that mint itself has verified. */
function boundAgain(chosen: Chosen, { intent, personal }: Opened, subject: Subject): Bounds {
  const bounds = bound(chosen, {
    duration: intent.duration,
    subjectExp: subject.exp,
    attestationExp: intent.device.exp,
    address: { value: personal.address, sealed: intent.address },
    now: intent.at,
  });
  const agrees =
    bounds.ok &&
    bounds.value.deadline === intent.deadline &&
    bounds.value.durationSeconds === intent.durationSeconds &&
    bounds.value.recorded === intent.sessionPolicy;
  if (!agrees) throw new Fault('plan_differs');
  return bounds.value;
}
