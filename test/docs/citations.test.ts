/** A comment that cites a rule or a section is only as good as the page it cites. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/source-tree.ts';

const PLACES = [
  'core',
  'adapters',
  'lambda',
  'cli',
  'local',
  'cdk',
  'config',
  'docs',
  'test',
  'build.ts',
  'node-version.mjs',
  'vitest.config.ts',
];
const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

interface Line {
  readonly at: string;
  readonly text: string;
}

function linesOf(place: string): readonly Line[] {
  const files = /\.\w+$/.test(place)
    ? [place]
    : readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(?:ts|py|yaml|cedar)$/.test(path))
        .map((path) => join(place, path));
  return files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .map((text, index) => ({ at: `${file}:${index + 1}`, text })),
  );
}

const lines = PLACES.filter((place) => existsSync(join(ROOT, place))).flatMap(linesOf);

/** `rule 4a`, `Rules 8 and 9`, but no rule of a standard's, whose numbers stand behind `§`. */
const RULES = /\brules? (\d{1,2}[a-d]?)(?:(?:,| and) (\d{1,2}[a-d]?))*/gi;
const SECTIONS = /\barchitecture, section ([\d.]+\d|\d)/g;

const cited = (pattern: RegExp, numbers: RegExp): readonly Line[] =>
  lines.flatMap(({ at, text }) =>
    [...text.matchAll(pattern)].flatMap(([citation]) =>
      [...citation.matchAll(numbers)].map(([number]) => ({ at, text: number })),
    ),
  );

const hasRule = (rule: string): boolean =>
  page.includes(`id="rule-${rule}"`) || page.includes(`\n- **${rule}, `);
const hasSection = (section: string): boolean => page.includes(`\n## ${section}. `);

describe('docs/architecture.md has', () => {
  test('every rule that is cited', () => {
    const rules = cited(RULES, /\d{1,2}[a-d]?/g);
    expect(rules.length).toBeGreaterThan(40);
    expect(rules.filter(({ text }) => !hasRule(text))).toEqual([]);
  });

  test('every section that is cited', () => {
    const sections = cited(SECTIONS, /[\d.]*\d/g);
    expect(sections.length).toBeGreaterThan(10);
    expect(sections.filter(({ text }) => !hasSection(text))).toEqual([]);
  });

  test('and not what nobody wrote', () => {
    expect([hasRule('11'), hasRule('4e'), hasSection('11')]).toEqual([false, false, false]);
  });
});

test('nothing cites a page that is not in the repository', () => {
  const unpublished = /\bdesign[,]|\bthe[ ]design\b/i;
  expect(lines.filter(({ text }) => unpublished.test(text))).toEqual([]);
});

test('whoever speaks of that page on threats says where it is', () => {
  const unnamed = lines.filter(({ text }) => /\bthe threat[ ]model\b/i.test(text));
  expect(unnamed.filter(({ text }) => !text.includes('docs/threat-model.md'))).toEqual([]);
});
