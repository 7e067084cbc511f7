import { cedar } from '../adapters/cedar.ts';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import { type Change, type Diff, diff, type Effect } from '../core/policy/diff/diff.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';
import type { PolicyOptions } from './policy.ts';
import { policyFrom } from './policy-source.ts';

/**
 * `writ policy diff OLD [NEW]`: what changes between two folders or bundles, who gains and who loses.
 *
 * @returns 0 nothing widens, 1 one of the two does not compile, 2 something widens or cannot be shown not to: a gate for
 *   reviews.
 * @throws Failure (exit 1) where there is no such folder, or the file is no bundle.
 */
export function policyDiff(
  [before, after]: readonly [before: string, after: string],
  options: Omit<PolicyOptions, 'config'> & { readonly io: Io },
): 0 | 1 | 2 {
  const { io, json } = options;
  const old = policyFrom({ ...options, config: [before] });
  const now = old === null ? null : policyFrom({ ...options, config: [after] });
  if (old === null || now === null) return 1;
  const side = (policy: LoadedBundle) => ({ policy, authorize: cedar(policy.bundle.policies) });
  const found = diff(side(old), side(now), Math.floor(io.clock() / 1000));
  const counts = countsOf(found.changes);
  if (json) {
    const { changes, asked } = found;
    io.stdout.write(`${JSON.stringify({ old: old.hash, new: now.hash, ...counts, asked, changes })}\n`);
  } else io.stdout.write(inWords(found, counts, io));
  return counts.widens + counts.undecided > 0 ? 2 : 0;
}

type Counts = { readonly [E in Effect]: number };

function countsOf(changes: readonly Change[]): Counts {
  const count = (effect: Effect): number => changes.filter((each) => each.effect === effect).length;
  return {
    widens: count('widens'),
    narrows: count('narrows'),
    neither: count('neither'),
    undecided: count('undecided'),
  };
}

const SAYS: { readonly [E in Effect]: string } = {
  widens: 'widens',
  narrows: 'narrows',
  neither: '',
  undecided: 'UNDECIDED',
};

const TITLES: { readonly [K in Change['kind']]: string } = {
  issuer: 'Issuers',
  account: 'Accounts',
  agent: 'Agents',
  permission: 'Permissions',
  policy: 'Policies',
  access: 'Who gains, who loses',
};

function inWords({ changes, asked }: Diff, counts: Counts, io: Io): string {
  if (changes.length === 0) return 'Nothing changes.\n';
  const paint = painter(io);
  const lines = Object.entries(TITLES).flatMap(([kind, title]) => {
    const own = changes.filter((each) => each.kind === kind);
    return own.length === 0 ? [] : [title, ...own.map((change) => line(change, paint))];
  });
  const summary = `${counts.widens} widen, ${counts.narrows} narrow, ${counts.undecided} cannot be decided here; ${asked} questions asked.`;
  const why =
    counts.undecided === 0
      ? ''
      : 'UNDECIDED: nothing was found that it newly permits, and nothing proves that there is nothing.\n';
  return `${lines.join('\n')}\n\n${summary}\n${why}`;
}

function line({ sign, name, what, effect }: Change, paint: Painter): string {
  const tag = SAYS[effect] === '' ? '' : `  [${paint(effect === 'narrows' ? '-' : '!', SAYS[effect])}]`;
  return `  ${paint(sign, `${sign} ${printable(name)}: ${printable(what)}`)}${tag}`;
}

type Painter = (sign: '+' | '-' | '~' | '!', text: string) => string;

const COLOURS = { '+': 32, '-': 31, '~': 33, '!': 1 } as const;

function painter({ stdout, env }: Io): Painter {
  const colour = stdout.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return (sign, text) => (colour ? `\u001b[${COLOURS[sign]}m${text}\u001b[0m` : text);
}
