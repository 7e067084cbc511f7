/** How evidence is put in words. */
import type { Bounded } from '../result.ts';
import type { Link, Statement } from './finding.ts';

/** What one question to a run gives. */
export interface Shown {
  readonly evidence: readonly Statement[];
  readonly missing: readonly Statement[];
}

const LINKS = 10;

export const statement = (says: string, links: readonly Link[] = [], more = 0): Statement => ({
  says,
  links: {
    shown: links.slice(0, LINKS),
    leftOut: Math.max(0, links.length - LINKS) + more,
  },
});

export const shown = (...evidence: readonly Statement[]): Shown => ({ evidence, missing: [] });
export const missing = (...statements: readonly Statement[]): Shown => ({
  evidence: [],
  missing: statements,
});
export const both = (...parts: readonly Shown[]): Shown => ({
  evidence: parts.flatMap(({ evidence }) => evidence),
  missing: parts.flatMap((part) => part.missing),
});

/** `1 session`, `2 sessions`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `reason ×3, other ×1`: most first; the rest as a number. */
export function tally(words: readonly string[], most = 6): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sorted = [...counts].sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1));
  const told = sorted.slice(0, most).map(([word, times]) => `${word} ×${times}`);
  const rest = sorted.length - told.length;
  return [...told, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

export const distinct = <T>(all: readonly T[]): number => new Set(all).size;

export const lengthOf = ({ shown: some, leftOut }: Bounded<unknown>): number => some.length + leftOut;

export const writs = (of: readonly { readonly writ: string }[]): readonly Link[] =>
  of.map(({ writ }) => ({ writ }));

/** Of as many as there are: an argument list has an end. */
export const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, each) => Math.max(most, each), Number.MIN_SAFE_INTEGER);
