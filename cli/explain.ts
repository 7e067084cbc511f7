import { isIP } from 'node:net';
import { cedar } from '../adapters/cedar.ts';
import { isoTime } from '../core/encoding/iso-time.ts';
import type { Bundle } from '../core/policy/bundle.ts';
import { type Explanation, explain, type Supposed, type WhyNot } from '../core/policy/explain.ts';
import { PROBE_ISSUER, PROBER } from '../core/probe/plan.ts';
import { REFUSALS, remedyOf } from '../core/refusals.ts';
import { printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import type { PolicyOptions } from './policy.ts';
import { policyFrom } from './policy-source.ts';
import { durationOf, parametersOf } from './wanted.ts';

export interface ExplainFlags {
  readonly as: string;
  readonly group?: readonly string[];
  readonly agent?: string;
  readonly account?: string;
  readonly parameter?: readonly string[];
  readonly duration?: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly authAge: string;
  readonly actor: string;
  readonly device: string;
  readonly compliant?: boolean;
  readonly address: string;
  readonly task: string;
  readonly purpose: string;
}

/**
 * `writ explain PERMISSION`: what would become of a request, by which policies, and the session policy that it would
 * have. Nothing is issued, and no broker is asked.
 *
 * @returns 0 it would be issued, 1 what was asked for is malformed, 2 it would be refused.
 * @throws Failure (exit 1).
 */
export function explainPermission(
  permission: string,
  flags: ExplainFlags,
  options: PolicyOptions & { readonly io: Io },
): number {
  const policy = policyFrom(options);
  if (policy === null) return 1;
  const supposed = supposedBy(permission, flags, policy.bundle, Math.floor(options.io.clock() / 1000));
  const explanation = explain(supposed, policy, cedar(policy.bundle.policies));
  const { io, json } = options;
  const told = json
    ? `${JSON.stringify(asJson(explanation, policy.hash))}\n`
    : inWords(supposed, explanation, policy.bundle);
  io.stdout.write(told);
  const { refusal } = explanation;
  if (refusal === null) return 0;
  return refusal.reason === 'agent_unknown' ? 2 : REFUSALS[refusal.reason].exit;
}

function supposedBy(permission: string, flags: ExplainFlags, bundle: Bundle, now: number): Supposed {
  const aliases = bundle.issuers.filter((each) => each.class === 'subject').map(({ alias }) => alias);
  // The prober is no person, and its agent nobody's: who means them names them in full.
  const people = aliases.filter((alias) => alias !== PROBE_ISSUER);
  const qualified = (flag: string, id: string): string => {
    if (aliases.some((alias) => id.startsWith(`${alias}:`))) return id;
    if (people.length === 1) return `${people[0]}:${id}`;
    throw usage(`${flag} begins with the alias of an issuer of people: ${people.join(', ')}.`);
  };
  const known = bundle.permissions.find((each) => each.permission === permission);
  return {
    details: {
      permission,
      account: flags.account ?? onlyOne('--account', known?.accounts ?? []),
      task: flags.task,
      purpose: flags.purpose,
      parameters: parametersOf(flags.parameter ?? []),
      duration: durationOf(flags.duration),
    },
    user: qualified('--as', flags.as),
    groups: (flags.group ?? []).map((group) => qualified('--group', group)),
    acr: flags.acr ?? null,
    amr: flags.amr ?? [],
    authAge: seconds(flags.authAge),
    agent:
      flags.agent ??
      onlyOne(
        '--agent',
        bundle.agents.map(({ agent }) => agent).filter((agent) => agent !== PROBER),
      ),
    actor: oneOf('--actor', flags.actor, ['enrolled', 'attested']),
    device: {
      kind: oneOf('--device', flags.device, ['enrolled', 'attested', 'claimed']),
      compliant: flags.compliant ?? null,
    },
    address: address(flags.address),
    now,
  };
}

/** Where there is one, nobody has to name it; where there is none, asking for it says so better. */
function onlyOne(flag: string, names: readonly string[]): string {
  const [only = '', ...others] = names;
  if (others.length > 0) throw usage(`Say which with ${flag}: ${names.join(', ')}.`);
  return only;
}

function oneOf<T extends string>(flag: string, given: string, values: readonly T[]): T {
  const found = values.find((value) => value === given);
  if (found === undefined) throw usage(`${flag} is one of ${values.join(', ')}.`);
  return found;
}

function address(given: string): string {
  if (isIP(given) === 0) throw usage('--address is an IPv4 or IPv6 address.');
  return given;
}

function seconds(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw usage('--auth-age is whole seconds.');
}

function asJson({ refusal, agent, actsFor, decision, session }: Explanation, bundle: string) {
  return {
    outcome: refusal === null ? 'permit' : 'refuse',
    refusal,
    agent: agent && {
      agent: agent.agent,
      owner: agent.owner,
      review_by: agent.reviewBy,
      expires: agent.expires,
    },
    acts_for: actsFor,
    decision: decision && { effect: decision.effect, policies: decision.policies },
    session: session && { ...session, policy: JSON.parse(session.policy) as unknown },
    bundle,
  };
}

function inWords(supposed: Supposed, explanation: Explanation, bundle: Bundle): string {
  const { details, user, agent } = supposed;
  const { refusal, decision, session } = explanation;
  const who = `${details.permission} in ${details.account || '(no account)'} for ${user} with ${agent || '(no agent)'}`;
  const lines = [`${who}: ${refusal === null ? 'would be issued' : `refused, ${whyNot(refusal)}`}`];
  if (decision !== null) lines.push(`policies  ${decision.effect} by ${determined(decision.policies)}`);
  lines.push(`agent     ${registration(explanation)}`);
  if (session !== null) {
    lines.push(
      `role      ${session.role}`,
      `until     ${isoTime(session.deadline)}, ${session.deadline - supposed.now} s from now (STS: ${session.durationSeconds} s)`,
      `place     ${placeOf(supposed, bundle)}`,
      `proof     ${session.demandsBodyHash ? "must cover the request's body (bdh)" : 'plain RFC 9449'}`,
      `budget    ${session.bytes} of ${session.mostBytes} bytes`,
      'session policy:',
      JSON.stringify(JSON.parse(session.policy), null, 2),
    );
  }
  return `${lines.map((line) => (line.includes('\n') ? line : printable(line))).join('\n')}\nNothing was issued.\n`;
}

const determined = (policies: readonly string[]): string =>
  policies.length === 0 ? 'none: no policy permits it' : policies.join(', ');

function whyNot(refusal: WhyNot): string {
  if (refusal.reason === 'agent_unknown') return 'there is no agent of this name';
  const { reason } = refusal;
  const detail = reason === 'parameter_invalid' ? ` (${refusal.parameter} ${refusal.problem})` : '';
  const remedy = remedyOf(refusal);
  return `${reason}: ${REFUSALS[reason].says}${detail}${remedy === null ? '' : ` Remedy: ${remedy}.`}`;
}

function registration({ agent, actsFor }: Explanation): string {
  if (agent === null) return 'is not registered';
  const until = isoTime(Math.min(agent.expires, agent.reviewBy)).slice(0, 10);
  const by = actsFor === null ? 'may not act for this user' : `may act: registered for the ${actsFor}`;
  return `${by}; good until ${until}, ${agent.owner} answers for it`;
}

function placeOf({ details, address }: Supposed, bundle: Bundle): string {
  const place = bundle.permissions.find((each) => each.permission === details.permission)?.place;
  switch (place?.kind) {
    case 'exchange':
      return `the address that asks, here ${address}`;
    case 'cidrs':
      return place.cidrs.join(', ');
    case 'vpcs':
      return place.vpcs.join(', ');
    default:
      return 'anywhere';
  }
}
