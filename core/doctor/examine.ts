import { type Check, cannotTell, fault, type Judgement } from './check.ts';
import { CHECKS } from './checks.ts';
import { COMPILES } from './configuration.ts';
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

/**
 * The same where the configuration does not compile: then nothing else can be held against it.
 *
 * @param problems - In words, with file and line.
 */
export const examineUncompiled = (
  problems: readonly string[],
  only?: readonly string[],
): readonly Examined[] =>
  CHECKS.filter(({ id }) => only === undefined || only.includes(id) || id === COMPILES).map((check) => {
    const judgements: readonly Judgement[] =
      check.id === COMPILES
        ? problems.map((proof) => ({
            about: 'config/',
            ...fault({
              what: 'Nothing can be deployed from it.',
              proof,
              fix: 'Change that line; writ policy build says what is left',
            }),
          }))
        : [{ about: 'config/', ...cannotTell('The configuration does not compile.') }];
    return { check, verdict: worst(judgements), judgements };
  });

function worst(judgements: readonly Judgement[]): Examined['verdict'] {
  const found = new Set(judgements.map(({ verdict }) => verdict));
  if (found.has('fault')) return 'fault';
  if (found.has('cannot_tell')) return 'cannot_tell';
  return found.has('ok') ? 'ok' : 'nothing';
}
