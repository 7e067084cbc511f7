/** `--only`: what is named runs, and a name that there is not is no silence. */
import { expect, test } from 'vitest';
import { PARTS, partsOf } from '../../bench/parts.ts';

test.each<readonly [only: readonly string[], parts: readonly string[]]>([
  [[], PARTS],
  [['growth'], ['growth']],
  [
    ['ending', 'cold'],
    ['fold', 'refused', 'reconciler', 'cold'],
  ],
  [
    ['ending', 'fold'],
    ['fold', 'refused', 'reconciler'],
  ],
])('--only %j', (only, parts) => {
  expect([...partsOf(only)]).toEqual(parts);
});

test.each(['', 'endings', 'constructor'])('--only %j is refused, with the names that there are', (name) => {
  expect(() => partsOf([name])).toThrow(/there are exchange, .*, reconciler, audit, ending$/);
});
