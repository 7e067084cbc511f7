import { expect, test } from 'vitest';
import { findDuplicates } from '../../../cli/audit/duplicates.ts';
import { CONTENT_AT, ENTRY_WORDS, IN_SCOPE, WHERE_AT } from '../../../cli/audit/event-id.ts';

/** Entries of one id, each with this content and this scope. */
const entries = (of: readonly (readonly [content: number, scope: number])[]): Buffer => {
  const words = new Uint32Array(of.length * ENTRY_WORDS);
  for (const [place, [content, scope]] of of.entries()) {
    words.fill(7, place * ENTRY_WORDS, place * ENTRY_WORDS + 4);
    words[place * ENTRY_WORDS + CONTENT_AT] = content;
    words[place * ENTRY_WORDS + WHERE_AT] = scope;
  }
  return Buffer.from(words.buffer);
};

test('a counted event whose quick hash was made to agree hides no judged one: both are listed', () => {
  const { copies, conflicting } = findDuplicates(
    entries([
      [1, 0],
      [1, IN_SCOPE],
    ]),
  );
  expect(copies).toEqual([]);
  expect(conflicting.map(({ inScope }) => inScope).sort()).toEqual([false, true]);
});

test('as many copies of one event as a file can hold', () => {
  const { copies } = findDuplicates(entries(new Array(200_000).fill([1, IN_SCOPE])));
  expect(copies).toHaveLength(199_999);
});
