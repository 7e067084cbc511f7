import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seal } from '../../core/ledger/openings.ts';
import { RECORDS } from '../../core/ledger/records.ts';
import { CHECK_BY_NODE, recordSchema } from '../../docs/generate.ts';

test('docs/record-schema.md is what `npm run docs` writes', () => {
  const committed = readFileSync(new URL('../../docs/record-schema.md', import.meta.url), 'utf8');
  expect(committed).toBe(recordSchema());
});

test.each(Object.keys(RECORDS))('it has a section for %s', (name) => {
  expect(recordSchema()).toContain(`\n## ${name}\n`);
});

test('no field is without a type that a reader can look up', () => {
  expect(recordSchema()).not.toMatch(/\| (?:anything|undefined|text, `\^)/);
});

test('every field has a type of its own and words', () => {
  expect(recordSchema()).not.toMatch(/\| integer|\| {2}\|$/m);
});

test('a personal hash can be checked by hand, as the page says', () => {
  expect(recordSchema()).toContain(`node -e '${CHECK_BY_NODE}' -- "$SALT" "$VALUE"`);
  const { hash, opening } = seal('Kübler’s laptop', new Uint8Array(16).fill(251));
  const printed = execFileSync(process.execPath, ['-e', CHECK_BY_NODE, '--', opening.salt, opening.value]);
  expect(printed.toString().trim()).toBe(hash);
});
