/** What `npm run bench` folds is what it says: so many entries, of so many users, all of them active. */
import { expect, test } from 'vitest';
import { crowd } from '../../bench/crowd.ts';
import { isOver } from '../../core/revocation/entry.ts';
import { isPossible } from '../../core/revocation/possible.ts';
import { NOW } from '../support/clock.ts';

test.each([60, 3600])('ten thousand writs revoked within %i s', (within) => {
  const entries = crowd({ entries: 10_000, users: 2000, within }, NOW);
  expect(new Set(entries.map(({ value }) => value)).size).toBe(10_000);
  expect(new Set(entries.map(({ user }) => user)).size).toBe(2000);
  expect(entries.filter((entry) => isOver(entry, NOW) || !isPossible(entry))).toEqual([]);
  const cutoffs = entries.map(({ cutoff }) => cutoff);
  expect(Math.max(...cutoffs)).toBe(NOW);
  expect(NOW - Math.min(...cutoffs)).toBeLessThan(within);
});
