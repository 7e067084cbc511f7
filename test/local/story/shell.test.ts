import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quoted, shown, shownWhole, typed, wrapped } from '../../../local/story/shell.ts';

test.each([
  ['FIN-1234', 'FIN-1234'],
  ['prefix=q3', 'prefix=q3'],
  ['two words', "'two words'"],
  ['$(date)', "'$(date)'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('%s is typed as %s', (word, expected) => {
  expect(quoted(word)).toBe(expected);
});

test('a short line stays one line', () => {
  expect(typed(['cat', '.writ/local.json'])).toBe('$ cat .writ/local.json');
});

test('a long one is broken before a flag, and every line but the last goes on', () => {
  const flags = ['--first', '--second', '--third', '--fourth'].flatMap((flag) => [flag, 'v'.repeat(35)]);
  const lines = typed(['node', 'dist/writ.js', ...flags]).split('\n');
  expect(lines).toEqual([
    `$ node dist/writ.js --first ${'v'.repeat(35)} \\`,
    `    --second ${'v'.repeat(35)} --third ${'v'.repeat(35)} \\`,
    `    --fourth ${'v'.repeat(35)}`,
  ]);
});

test('paths below this folder are shown from here, others whole', () => {
  expect(shown(join(process.cwd(), '.writ', 'story'))).toBe('.writ/story');
  expect(shownWhole(join(process.cwd(), '.writ', 'story'))).toBe('$PWD/.writ/story');
  expect(shown('/elsewhere/story')).toBe('/elsewhere/story');
  expect(shownWhole('/elsewhere/story')).toBe('/elsewhere/story');
});

test('text is broken at spaces; a word that is longer than a line stays whole', () => {
  const long = 'x'.repeat(200);
  expect(wrapped(`${'ab '.repeat(40)}${long} end\nnext`)).toEqual([
    'ab '.repeat(35).trimEnd(),
    'ab '.repeat(5).trimEnd(),
    long,
    'end',
    'next',
  ]);
});
