import type { Authorize } from '../../ports.ts';
import { actsFor } from '../../tokens/bind.ts';
import type { Agent, Bundle, LoadedBundle, Permission } from '../bundle.ts';
import { choose } from '../choose.ts';
import { enrollQuestion, issueQuestion } from '../question.ts';
import { readQuestion, revokeQuestion } from '../revoke-question.ts';
import { type Change, part } from './change.ts';
import { type Circumstance, circumstances } from './circumstances.ts';
import type { Mentioned } from './mentioned.ts';

export interface Side {
  readonly policy: LoadedBundle;
  readonly authorize: Authorize;
}

/** Somebody who stands for all in the same place. */
interface Who {
  readonly says: string;
  readonly id: string;
  readonly alias: string;
  readonly groups: readonly string[];
}

export interface Access {
  readonly changes: readonly Change[];
  /** Ids of policies that determined something that was refused before. */
  readonly gaveBy: ReadonlySet<string>;
  readonly asked: number;
}

type Answer = { readonly permitted: boolean; readonly policies: readonly string[] };

/**
 * Who gains and who loses, judged by asking the engine both bundles: each group and user that either names, and somebody
 * of no group; each permission, account and agent of either, where the registration lets the agent act (rule 4b); in
 * the circumstances that policies look at.
 *
 * It shows differences and never their absence: people in several groups, and values that no policy names, are not tried.
 *
 * @throws Fault `policy_engine_failed`.
 */
export function accessChanges(before: Side, after: Side, mentioned: Mentioned, now: number): Access {
  const gaveBy = new Set<string>();
  const changes: Change[] = [];
  let asked = 0;
  const compare = (
    who: Who,
    what: string,
    tried: readonly { readonly says: string; readonly ask: (side: Side) => Answer }[],
  ) => {
    const seen = tried.map(({ says, ask }) => ({ says, was: ask(before), is: ask(after) }));
    asked += seen.length * 2;
    const gained = seen.filter(({ was, is }) => is.permitted && !was.permitted);
    const lost = seen.filter(({ was, is }) => was.permitted && !is.permitted);
    for (const id of gained.flatMap(({ was, is }) => [...is.policies, ...was.policies])) gaveBy.add(id);
    const tell = (
      sign: '+' | '-',
      found: typeof seen,
      by: (one: (typeof seen)[number]) => readonly string[],
    ) => {
      if (found.length === 0) return;
      const usual = found.some(({ says }) => says === '');
      const when = usual
        ? ''
        : ` ${found
            .map(({ says }) => says)
            .slice(0, 3)
            .join('; ')}${found.length > 3 ? '; …' : ''}`;
      const policies = [...new Set(found.flatMap(by))].sort();
      const why = policies.length === 0 ? '' : ` (${policies.join(', ')})`;
      const effect = sign === '+' ? 'widens' : 'narrows';
      changes.push({
        kind: 'access',
        name: who.says,
        ...part(sign, effect, `${sign === '+' ? 'gains' : 'loses'} ${what}${when}${why}`),
      });
    };
    tell('+', gained, ({ is }) => is.policies);
    tell('-', lost, ({ was, is }) => (is.policies.length > 0 ? is.policies : was.policies));
  };

  for (const who of everybody(mentioned)) {
    for (const { what, tried } of [...issues(who, before, after, mentioned, now), ...others(who, now)])
      compare(who, what, tried);
  }
  return { changes, gaveBy, asked };
}

const everybody = ({ groups, users, aliases }: Mentioned): Who[] => {
  const aliasOf = (id: string): string => id.slice(0, id.indexOf(':'));
  return [
    ...groups.map((group) => ({
      says: group,
      id: `${aliasOf(group)}:somebody`,
      alias: aliasOf(group),
      groups: [group],
    })),
    ...users.map((user) => ({ says: user, id: user, alias: aliasOf(user), groups: [] })),
    ...aliases.map((alias) => ({ says: `anybody of ${alias}`, id: `${alias}:anybody`, alias, groups: [] })),
  ];
};

interface Tried {
  readonly what: string;
  readonly tried: readonly { readonly says: string; readonly ask: (side: Side) => Answer }[];
}

const NO: Answer = { permitted: false, policies: [] };

function issues(who: Who, before: Side, after: Side, mentioned: Mentioned, now: number): Tried[] {
  const both = [before.policy.bundle, after.policy.bundle];
  const agents = [...new Set(both.flatMap((bundle) => bundle.agents.map(({ agent }) => agent)))].sort();
  const permissions = new Set(both.flatMap((bundle) => bundle.permissions.map((each) => each.permission)));
  return [...permissions].sort().flatMap((permission) => {
    const versions = both.flatMap((bundle) =>
      bundle.permissions.filter((each) => each.permission === permission),
    );
    const tried = circumstances(versions, mentioned);
    return alike(permission, both, mentioned).flatMap(([account = '', ...others]) =>
      agents.map((agent) => ({
        what: `${permission} in ${[account, ...others].join(', ')} with ${agent}`,
        tried: tried.map((circumstance) => ({
          says: circumstance.says,
          ask: (side: Side) => issue(side, { who, agent, permission, account, circumstance, now }),
        })),
      })),
    );
  });
}

/** A permission's accounts, those together of which no policy speaks and which both bundles treat alike: one is asked for. */
function alike(permission: string, both: readonly Bundle[], { texts, patterns }: Mentioned): string[][] {
  const offers = (bundle: Bundle, account: string): boolean =>
    bundle.permissions.some((each) => each.permission === permission && each.accounts.includes(account)) &&
    bundle.accounts.some((each) => each.account === account && each.state === 'active');
  const names = new Set(both.flatMap((bundle) => bundle.accounts.map(({ account }) => account)));
  const groups = new Map<string, string[]>();
  for (const account of [...names].sort()) {
    const named = patterns || texts.includes(account) ? account : '';
    const key = JSON.stringify([named, ...both.map((bundle) => offers(bundle, account))]);
    groups.set(key, [...(groups.get(key) ?? []), account]);
  }
  return [...groups.values()];
}

function issue(
  { policy: { bundle }, authorize }: Side,
  asked: {
    readonly who: Who;
    readonly agent: string;
    readonly permission: string;
    readonly account: string;
    readonly circumstance: Circumstance;
    readonly now: number;
  },
): Answer {
  const { who, circumstance, now } = asked;
  const agent = bundle.agents.find((each) => each.agent === asked.agent);
  if (agent === undefined || !isGood(agent, circumstance, now)) return NO;
  const by = actsFor(agent, { iss: '', sub: '' }, { ...who, may_act: null }, asked.permission);
  const permission = bundle.permissions.find((each) => each.permission === asked.permission);
  const details = {
    ...asked,
    parameters: circumstance.parameters ?? usualParameters(permission),
    task: circumstance.text,
    purpose: circumstance.text,
    duration: circumstance.duration,
  };
  const chosen = choose(details, bundle);
  if (by === null || !chosen.ok) return NO;
  const kind = kindOf(agent, circumstance);
  const question = issueQuestion({
    ...signedIn(who, now, circumstance),
    agent,
    actor: { kind, id: kind === 'enrolled' ? `writ:${agent.agent}` : 'diff:workload' },
    device: { ...circumstance.device, id: 'diff:device' },
    binding: {
      subject: 'nonce',
      actor: by,
      actor_device: kind === 'enrolled' ? 'one_key' : null,
      request: 'bdh',
    },
    chosen: chosen.value,
    details,
  });
  return answer(authorize, question);
}

/** Registered still, and something can be it in this way. */
const isGood = ({ expires, reviewBy, identities }: Agent, { actor }: Circumstance, now: number): boolean =>
  expires > now && reviewBy > now && (actor === null || identities.length > 0);

const kindOf = ({ enrolled }: Agent, { actor }: Circumstance): 'attested' | 'enrolled' =>
  actor ?? (enrolled ? 'enrolled' : 'attested');

const usualParameters = (permission: Permission | undefined): { readonly [name: string]: string } =>
  permission?.allows[0]?.with ?? {};

const signedIn = (
  who: Who,
  now: number,
  { authAge, acr, amr }: Pick<Circumstance, 'authAge' | 'acr' | 'amr'>,
) => ({
  subject: { id: who.id, alias: who.alias, groups: who.groups, auth_time: now - authAge, acr, amr },
  address: '192.0.2.1',
  now,
});

function answer(authorize: Authorize, question: Parameters<Authorize>[0]): Answer {
  const { decision, policies, errors } = authorize(question);
  return {
    permitted: decision === 'allow' && errors.length === 0,
    policies: errors.length > 0 ? errors : policies,
  };
}

/** What is not about sessions: enrolling a device, and ending or seeing those of others. */
function others(who: Who, now: number): Tried[] {
  const asked = signedIn(who, now, { authAge: 60, acr: null, amr: ['pwd'] });
  const other = { kind: 'user', value: `${who.alias}:another` } as const;
  const all = { kind: 'all', value: '*' } as const;
  const one = (what: string, ask: (authorize: Authorize) => Answer): Tried => ({
    what,
    tried: [{ says: '', ask: ({ authorize }) => ask(authorize) }],
  });
  return [
    one('the enrolment of devices', (authorize) =>
      answer(authorize, enrollQuestion({ ...asked, jkt: 'diff' })),
    ),
    one("the end of other people's sessions", (authorize) =>
      answer(authorize, revokeQuestion({ ...asked, mode: 'end', of: other })),
    ),
    ...(['end', 'block', 'lift'] as const).map((mode) =>
      one(`${mode} of everything`, (authorize) =>
        answer(authorize, revokeQuestion({ ...asked, mode, of: all })),
      ),
    ),
    one('sight of the installation', (authorize) => answer(authorize, readQuestion({ ...asked, of: all }))),
  ];
}
