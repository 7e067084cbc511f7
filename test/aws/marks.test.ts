/** Each mark `[T]` of the documents has its check, and each check its mark. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/source-tree.ts';
import { CHECKS } from './checks.ts';
import { merged, proven } from './proven.ts';
import { README, readmeWith } from './write-readme.ts';

const pages = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
].filter((page) => existsSync(join(ROOT, page)));

/** Without code: what stands between `…` is spoken of, not said. */
const marksIn = (text: string): readonly string[] =>
  [...text.replaceAll(/`[^`\n]*`/g, '').matchAll(/\[T\](?:\(([^)\s]*)\))?/g)].map(
    ([, target = 'no link']) => target,
  );

const marks = pages.flatMap((page) =>
  marksIn(readFileSync(join(ROOT, page), 'utf8')).map((target) => ({ page, target })),
);
const idOf = (target: string): string | undefined => /test\/aws\/README\.md#([a-z0-9-]+)$/.exec(target)?.[1];

test('each mark links to a check', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(marks.filter(({ target }) => !ids.includes(idOf(target) ?? ''))).toEqual([]);
});

test('each check has a mark: `[T](../test/aws/README.md#<id>)` behind the sentence that it proves', () => {
  const marked = marks.map(({ target }) => idOf(target));
  expect(CHECKS.map(({ id }) => id).filter((id) => !marked.includes(id))).toEqual([]);
});

test('a mark without a link is seen, and one in code is none', () => {
  expect(marksIn('so it is [T], or [T](../test/aws/README.md#x), or `[T]`')).toEqual([
    'no link',
    '../test/aws/README.md#x',
  ]);
  expect(idOf('no link')).toBeUndefined();
});

test('test/aws/README.md is what `npm run docs` writes', () => {
  const text = readFileSync(README, 'utf8');
  expect(text).toBe(readmeWith(text));
});

describe.each(CHECKS)('$id', (check) => {
  test('its file has its name', () => {
    expect(existsSync(join(import.meta.dirname, 'checks', `${check.id}.ts`))).toBe(true);
  });

  test('what relies on it is there', () => {
    expect(check.reliedOnBy.length).toBeGreaterThan(0);
    expect(check.reliedOnBy.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

test('each file of checks/ is a check', () => {
  const files = readdirSync(join(import.meta.dirname, 'checks')).map((name) => name.replace(/\.ts$/, ''));
  expect(files.sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});

describe('proven.json', () => {
  test('speaks of checks that there are, and of no account', () => {
    expect(Object.keys(proven()).filter((id) => CHECKS.every((check) => check.id !== id))).toEqual([]);
    expect(JSON.stringify(proven())).not.toMatch(/\d{12}/);
  });

  test('takes in what passed, and keeps what did not run', () => {
    const before = {
      b: { on: '2026-11-01', region: 'eu-west-1' },
      c: { on: '2026-11-01', region: 'eu-west-1' },
    };
    const lines = [
      '{"id":"b","on":"2026-11-24","region":"eu-central-1"}',
      '{"id":"a","on":"2026-11-24","region":"eu-central-1"}',
      '',
    ];
    expect(JSON.stringify(merged(before, lines.join('\n')))).toBe(
      '{"a":{"on":"2026-11-24","region":"eu-central-1"},"b":{"on":"2026-11-24","region":"eu-central-1"},"c":{"on":"2026-11-01","region":"eu-west-1"}}',
    );
  });
});
