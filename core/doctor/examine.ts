import type { Check, Judgement } from './check.ts';
import { CHECKS } from './checks.ts';
import type { Facts } from './facts.ts';

export interface Examined {
  readonly check: Check;
  /** `nothing`: the installation has none of what it looks at. */
  readonly verdict: 'ok' | 'fault' | 'cannot_tell' | 'nothing';
  readonly judgements: readonly Judgement[];
}

/** Judges the facts by every check, or by those that are named; in the order of the table. */
export const examine = (facts: Facts, only?: readonly string[]): readonly Examined[] =>
  CHECKS.filter(({ id }) => only === undefined || only.includes(id)).map((check) => {
    const judgements = check.judge(facts);
    return { check, verdict: worst(judgements), judgements };
  });

function worst(judgements: readonly Judgement[]): Examined['verdict'] {
  const found = new Set(judgements.map(({ verdict }) => verdict));
  if (found.has('fault')) return 'fault';
  if (found.has('cannot_tell')) return 'cannot_tell';
  return found.has('ok') ? 'ok' : 'nothing';
}
