import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/threat-model.md');
const page = readFileSync(PAGE, 'utf8');

/** `[text](target)`; what is behind `#` is apart. */
const LINK = /\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g;
/** A link to a test file, and the titles in “ ” behind it. */
const CITED = /\[[^\]]*\]\((\.\.\/test\/[^)]+\.test\.ts)\)((?:,? “[^”]+”)+)/g;
/** A test's own title: the first argument of a call that is no `describe`. What `test.each` fills in is left open. */
const TITLE = /(?<!describe)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g;
/** `$name`, `${name}`, `%s`. */
const FILLED_IN = /\$\{[^}]*\}|\$[A-Za-z][\w.]*|%[a-z]/g;

const inRoot = (target: string) => relative(ROOT, join(dirname(PAGE), target));

const links = [...page.matchAll(LINK)].map(([, target = '', anchor = '']) => ({
  target,
  anchor,
}));

const cited = [...page.matchAll(CITED)].flatMap(([, target = '', titles = '']) =>
  [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file: inRoot(target), title })),
);

test.each(links.filter(({ target }) => !target.startsWith('https:')))(
  '$target#$anchor is there',
  ({ target, anchor }) => {
    const file = target === '' ? PAGE : join(dirname(PAGE), target);
    expect(existsSync(file)).toBe(true);
    if (anchor !== '') expect(anchorsOf(readFileSync(file, 'utf8'))).toContain(anchor);
  },
);

test.each(cited)('$file has “$title”', ({ file, title }) => {
  expect(hasTitle(readFileSync(join(ROOT, file), 'utf8'), title)).toBe(true);
});

describe('what is looked at', () => {
  test('every rule is the rule of some attack', () => {
    const rules = links.flatMap(({ anchor }) => /^rule-(\d+)$/.exec(anchor)?.[1] ?? []);
    expect([...new Set(rules)].map(Number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('every row of an attack has a rule, a file and a test', () => {
    const [, attacks = ''] = page.split(/^## (?:Attacks|Out of reach)$/m);
    const rows = attacks.split('\n').filter((line) => /^\| (?!attack|---)/.test(line));
    const bare = rows.filter(
      (row) =>
        !(
          row.includes('architecture.md#') &&
          /\]\(\.\.\/(?!test)/.test(row) &&
          [...row.matchAll(CITED)].length > 0
        ),
    );
    expect(rows.length).toBeGreaterThan(40);
    expect(bare).toEqual([]);
  });

  test('a title that is nowhere would be missed, and so would an anchor', () => {
    expect(hasTitle("test('a good one', () => {});", 'a bad one')).toBe(false);
    expect(hasTitle("test('a good one', () => {});", 'a good one')).toBe(true);
    expect(hasTitle("test.each(['none'])('alg %s: refused', f);", 'alg none: refused')).toBe(true);
    expect(hasTitle("test.each(['none'])('alg %s: refused', f);", 'alg none: issued')).toBe(false);
    expect(hasTitle("test.each(['none'])('alg %s: refused', f);", 'alg some: refused')).toBe(false);
    expect(hasTitle("test.each(['none'])('%s', f);", 'all is well')).toBe(false);
    expect(anchorsOf('## 4. The session\n<a id="rule-1"></a>')).toEqual(['4-the-session', 'rule-1']);
  });
});

/** What a row fills in must stand in the file too: a title that is nothing but `%s` would fit anything. */
function hasTitle(source: string, title: string): boolean {
  return [...source.matchAll(TITLE)].some(([, , text = '']) => {
    const [, ...filledIn] = pattern(text).exec(title) ?? [];
    return pattern(text).test(title) && filledIn.every((part) => source.includes(part));
  });
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

function pattern(text: string): RegExp {
  const fixed = text.replaceAll(/\\(.)/g, '$1').split(FILLED_IN);
  return new RegExp(`^(?:${fixed.map(literally).join('(.+)')})$`, 's');
}

/** Headings as a host of repositories names them, and anchors that are written down. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}
