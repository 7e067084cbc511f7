/** What docs/athena repeats of the code, since SQL cannot import it. `.ci/run` runs the statements themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AI_SERVICES } from '../../core/audit/ai-names.ts';
import { isRefused } from '../../core/audit/refused.ts';
import { WRIT_ID } from '../../core/writ-id.ts';
import { brokenLinks } from '../support/links.ts';
import { ROOT } from '../support/source-tree.ts';

const read = (file: string): string => readFileSync(join(ROOT, 'docs/athena', file), 'utf8');

test('AI services are told by the same pattern', () => {
  expect(read('questions/ai-by-long-term-keys.sql')).toContain(`'${AI_SERVICES.source}'`);
});

test('a writ’s id has the same letters, wherever one is looked for', () => {
  const id = WRIT_ID.source.replace('^', '').replace('$', '');
  const looked = read('4-events.sql').match(/\(\[[^)]*\)\$/g) ?? [];
  expect(looked).toEqual(Array.from({ length: 3 }, () => `(${id})$`));
});

test('a call was refused by the same words', () => {
  const words = /errorcode IN \(([^)]*)\)/.exec(read('4-events.sql'))?.[1]?.match(/[\w.]+/g) ?? [];
  const source = readFileSync(join(ROOT, 'core/audit/refused.ts'), 'utf8');
  const ours = /new Set\(\[([^\]]*)\]/.exec(source)?.[1]?.match(/[\w.]+/g) ?? [];
  expect(words).toEqual(ours);
  expect(words.filter((word) => !isRefused(word))).toEqual([]);
});

test('the page names each question, and its links lead somewhere', () => {
  expect(brokenLinks(join(ROOT, 'docs/athena/README.md'))).toEqual([]);
  for (const file of readdirSync(join(ROOT, 'docs/athena/questions'))) {
    expect(read('README.md')).toContain(`questions/${file}`);
  }
});
