import { MAX_CHAINED_SECONDS, MAX_SESSION_POLICY_BYTES_AT_WIDEST } from '../limits.ts';
import type { Authorize } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import type { Details } from '../request.ts';
import { type Bounds, bound } from '../session/bounds.ts';
import { identityTag } from '../session/encode.ts';
import { roleArn } from '../session/role-arn.ts';
import { actsFor } from '../tokens/bind.ts';
import type { Binding, Device } from '../tokens/identities.ts';
import type { Agent, LoadedBundle } from './bundle.ts';
import { type Chosen, choose } from './choose.ts';
import { type Decision, decideIssue } from './decide.ts';

/** A request that nobody made, by somebody whose tokens would be good. */
export interface Supposed {
  readonly details: Details;
  /** `<issuer alias>:<subject>`, as the token has it, and `<issuer alias>:<group>`. */
  readonly user: string;
  readonly groups: readonly string[];
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Seconds since the sign-in. */
  readonly authAge: number;
  readonly agent: string;
  readonly actor: 'attested' | 'enrolled';
  readonly device: Pick<Device, 'kind' | 'compliant'>;
  readonly address: string;
  /** NumericDate. */
  readonly now: number;
}

/** Why a supposed request fails; `agent_unknown` has no refusal of its own, as a token would not have come this far. */
export type WhyNot = Refusal | { readonly reason: 'agent_unknown'; readonly agent: string };

export interface Explanation {
  /** The first thing that refuses it, in the order of an exchange; `null`: it would be issued. */
  readonly refusal: WhyNot | null;
  /** The agent's registration, and why it may act for this user (rule 4b); `null`: it may not. */
  readonly agent: Pick<Agent, 'agent' | 'owner' | 'expires' | 'reviewBy'> | null;
  readonly actsFor: Binding['actor'] | null;
  /** Cedar's, whatever else refuses; `null` where there was nothing to ask about. */
  readonly decision: Pick<Decision, 'effect' | 'policies'> | null;
  /** As it would be if all of it were permitted; `null` where what was asked for is not there. */
  readonly session: ExplainedSession | null;
}

export interface ExplainedSession extends Pick<Bounds, 'deadline' | 'durationSeconds' | 'policy'> {
  readonly role: string;
  /** Of the policy's text in UTF-8, and how many it may have at its widest parameters. */
  readonly bytes: number;
  readonly mostBytes: number;
  /** Whether the DPoP proof must cover the request's body. */
  readonly demandsBodyHash: boolean;
}

/** `decision.inputs` is for records, and there is none. */
const SEALED = { address: 'supposed', purpose: 'supposed' };

/**
 * What would become of a request: the same code as in an exchange, without tokens and without anything that is issued.
 *
 * What a bundle cannot know is left out: tokens, single use, revocations, the account's health.
 *
 * @throws Fault `policy_engine_failed`.
 */
export function explain(supposed: Supposed, policy: LoadedBundle, authorize: Authorize): Explanation {
  const { bundle } = policy;
  const chosen = choose(supposed.details, bundle);
  const agent = bundle.agents.find((each) => each.agent === supposed.agent) ?? null;
  const user = userOf(supposed);
  const by =
    agent === null
      ? null
      : actsFor(agent, { iss: '', sub: '' }, { ...user, may_act: null }, supposed.details.permission);
  const told = { agent, actsFor: by, session: chosen.ok ? sessionOf(chosen.value, supposed) : null };
  if (agent === null) {
    return { ...told, refusal: { reason: 'agent_unknown', agent: supposed.agent }, decision: null };
  }
  const ofAgent = registrationProblem(agent, by, supposed.now);
  if (!chosen.ok) return { ...told, refusal: ofAgent ?? chosen.refusal, decision: null };
  const question = questionOf(supposed, user, agent, by, chosen.value);
  const { decision, outcome } = decideIssue(question, SEALED, policy, authorize);
  return { ...told, refusal: ofAgent ?? (outcome.ok ? null : outcome.refusal), decision };
}

function userOf({ user, groups, acr, amr, authAge, now }: Supposed) {
  const colon = user.indexOf(':');
  const alias = user.slice(0, colon);
  const id = identityTag(alias, user.slice(colon + 1));
  return { id, alias, groups, acr, amr, auth_time: now - authAge };
}

function questionOf(
  supposed: Supposed,
  subject: ReturnType<typeof userOf>,
  agent: Agent,
  by: Binding['actor'] | null,
  chosen: Chosen,
) {
  const enrolled = supposed.actor === 'enrolled';
  return {
    subject,
    agent,
    actor: { kind: supposed.actor, id: enrolled ? `writ:${agent.agent}` : 'supposed:workload' },
    device: { ...supposed.device, id: 'supposed:device' },
    binding: {
      subject: 'nonce',
      actor: by ?? 'permission',
      actor_device: enrolled ? 'one_key' : null,
      request: 'bdh',
    },
    chosen,
    details: supposed.details,
    address: supposed.address,
    now: supposed.now,
  } as const;
}

/** As `verifyActor` and `bind` refuse it. */
function registrationProblem(agent: Agent, by: Binding['actor'] | null, now: number): Refusal | null {
  const { agent: name, expires, reviewBy } = agent;
  if (expires <= now) return { reason: 'actor_expired', agent: name, expires };
  if (reviewBy <= now) return { reason: 'actor_review_overdue', agent: name, reviewBy };
  return by === null ? { reason: 'actor_not_for_subject', agent: name } : null;
}

/** For a sign-in and a device that last: what ends earlier only shortens it. */
function sessionOf(chosen: Chosen, { details, address, now }: Supposed): ExplainedSession | null {
  const bounds = bound(chosen, {
    duration: details.duration,
    subjectExp: now + MAX_CHAINED_SECONDS,
    attestationExp: null,
    address: { value: address, sealed: SEALED.address },
    now,
  });
  if (!bounds.ok) return null;
  const { deadline, durationSeconds, policy } = bounds.value;
  return {
    deadline,
    durationSeconds,
    policy,
    role: roleArn(chosen.account, chosen.permission.role),
    bytes: new TextEncoder().encode(policy).length,
    mostBytes: MAX_SESSION_POLICY_BYTES_AT_WIDEST,
    demandsBodyHash: chosen.permission.demandsBodyHash,
  };
}
