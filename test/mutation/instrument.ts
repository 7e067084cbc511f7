/** A source file with all its mutants in it, of which the one that is switched on is run. */
import type { Mutant } from './mutants.ts';

/** The function that the worker puts into place: whether this mutant is the one, and that its place was reached. */
export const SWITCH = '__writMutant';

/**
 * @param mutants - Of this source, by start, the outer before the inner.
 * @param first - The number of the first of them.
 */
export function instrument(source: string, mutants: readonly Mutant[], first: number): string {
  let next = 0;
  const render = (start: number, end: number): string => {
    let text = '';
    let at = start;
    for (let mutant = mutants[next]; mutant !== undefined && mutant.start < end; mutant = mutants[next]) {
      text += source.slice(at, mutant.start) + renderAll(mutant);
      at = mutant.end;
    }
    return text + source.slice(at, end);
  };
  /** Every mutant of one range; the original, with the mutants inside it, comes last. */
  const renderAll = (outer: Mutant): string => {
    const number = first + next;
    next += 1;
    const same = mutants[next];
    const original =
      same !== undefined && same.start === outer.start && same.end === outer.end
        ? renderAll(same)
        : render(outer.start, outer.end);
    const isOn = `${SWITCH}(${number})`;
    if (outer.kind === 'statement') return `if (!${isOn}) { ${original} }`;
    return `(${isOn} ? (${outer.replacement}) : (${original}))`;
  };
  return render(0, source.length);
}
