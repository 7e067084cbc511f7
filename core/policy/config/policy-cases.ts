import type { Authorize } from '../../ports.ts';
import { identityTag } from '../../session/encode.ts';
import type { Agent, LoadedBundle } from '../bundle.ts';
import { choose } from '../choose.ts';
import { type Decided, decideEnroll, decideIssue, decideRead, decideRevoke } from '../decide.ts';
import type { SignedIn } from '../question.ts';
import { resourceNamed } from './revoke-cases.ts';
import type { Problem } from './source.ts';
import type { EnrollAsk, IssueAsk, ReadAsk, RevokeAsk, TestFile } from './test-schema.ts';
import type { Parsed } from './yaml.ts';

export interface CaseResult {
  readonly name: string;
  /** Where the case stands and what is wrong; `null`: it holds. */
  readonly problem: Problem | null;
}

/** Cases have no clock: every sign-in is so many seconds before this NumericDate. */
const NOW = 1_800_000_000;
const SEALED = { address: 'sealed', purpose: 'sealed' };

/** Asks the engine each case of a `*.test.yaml`, through the same code as an exchange. */
export function policyCases(
  { value, problem }: Parsed<TestFile>,
  policy: LoadedBundle,
  authorize: Authorize,
): CaseResult[] {
  return value.cases.map((each, index) => {
    const decided = ask(each.ask, policy, authorize);
    const wrong = typeof decided === 'string' ? decided : difference(each, decided);
    return { name: each.name, problem: wrong === null ? null : problem(['cases', index], wrong) };
  });
}

function ask(
  asked: IssueAsk | EnrollAsk | RevokeAsk | ReadAsk,
  policy: LoadedBundle,
  authorize: Authorize,
): Decided | string {
  if (asked.action === 'enroll') {
    return decideEnroll({ ...signedIn(asked), jkt: 'case' }, SEALED, policy, authorize);
  }
  if (asked.action === 'revoke' || asked.action === 'read') {
    const of = resourceNamed(asked.of, policy.bundle);
    if (typeof of === 'string') return of;
    if (asked.action === 'read') return decideRead({ ...signedIn(asked), of }, SEALED, policy, authorize);
    return decideRevoke({ ...signedIn(asked), mode: asked.mode ?? 'end', of }, SEALED, policy, authorize);
  }
  const { bundle } = policy;
  const agent = bundle.agents.find((each) => each.agent === asked.agent);
  if (agent === undefined) return `there is no agent ${asked.agent}`;
  const details = {
    permission: asked.permission,
    account: asked.account,
    task: asked.task ?? 'CASE-1',
    purpose: asked.purpose ?? 'a case',
    parameters: asked.parameters ?? {},
    duration: asked.duration ?? 900,
  };
  const chosen = choose(details, bundle);
  if (!chosen.ok) return `cannot be asked for: ${chosen.refusal.reason}`;
  const device = {
    kind: asked.device?.kind ?? 'enrolled',
    id: 'case:device',
    compliant: asked.device?.compliant ?? null,
  } as const;
  const actor = actorOf(asked, agent);
  const binding = {
    subject: asked.binding?.subject ?? 'nonce',
    actor: asked.binding?.actor ?? 'group',
    actor_device: actor.kind === 'enrolled' ? 'one_key' : null,
    request: asked.binding?.request ?? null,
  } as const;
  const question = { ...signedIn(asked), actor, agent, device, binding, chosen: chosen.value, details };
  return decideIssue(question, SEALED, policy, authorize);
}

const actorOf = (asked: IssueAsk, { agent }: Agent) => ({
  kind: asked.actor ?? ('enrolled' as const),
  id: asked.actor === 'attested' ? 'case:workload' : `writ:${agent}`,
});

const aliasOf = (user: string): string => user.slice(0, user.indexOf(':'));

const signedIn = (asked: IssueAsk | EnrollAsk | RevokeAsk | ReadAsk): SignedIn => ({
  subject: {
    id: identityTag(aliasOf(asked.user), asked.user.slice(asked.user.indexOf(':') + 1)),
    alias: aliasOf(asked.user),
    groups: asked.groups ?? [],
    auth_time: NOW - (asked.auth_age ?? 60),
    acr: asked.acr ?? null,
    amr: asked.amr ?? ['pwd'],
  },
  address: asked.address ?? '192.0.2.1',
  now: NOW,
});

/** Effect, determining policies and remedy, in one sentence where they are not as expected. */
function difference(expected: TestFile['cases'][number], { decision, outcome }: Decided): string | null {
  const remedy = !outcome.ok && outcome.refusal.reason === 'policy_denied' ? outcome.refusal.remedy : null;
  const wanted = told(expected.expect, expected.by, expected.remedy ?? null);
  const got = told(decision.effect, decision.policies, remedy);
  return wanted === got ? null : `expected ${wanted}, got ${got}`;
}

const told = (effect: string, policies: readonly string[], remedy: string | null): string =>
  `${effect} by [${[...policies].sort().join(', ')}]${remedy === null ? '' : `, remedy ${remedy}`}`;
