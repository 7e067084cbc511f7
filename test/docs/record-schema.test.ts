import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RECORDS } from '../../core/ledger/records.ts';
import { recordSchema } from '../../docs/generate.ts';

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
