import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Proof, prove } from './prove.ts';
import { applyPatch, missingRules, parseRemovals, type Removal } from './removals.ts';
import { endingOf } from './report.ts';

const ROW: Removal = {
  rule: '3.1 record first',
  why: 'A credential that nobody knows of.',
  patch: { file: 'gate.ts', find: 'if (age < 18) return false;', replace: '' },
  test: { file: 'test/gate.test.ts', name: 'a child is refused' },
};

/** A tree with one rule and one test of it. */
const TREE = {
  'package.json': '{"type":"module"}',
  'gate.ts': `
export const WORD = 'open';
export function mayEnter(age: number): boolean {
  if (age < 18) return false;
  return true;
}
`,
  'test-gate': `
import { expect, test } from 'vitest';
import { mayEnter } from '../gate.ts';
test('a child is refused', () => { expect(mayEnter(17)).toBe(false); });
test('an adult may enter', () => { expect(mayEnter(18)).toBe(true); });
test('is broken already', () => { expect(mayEnter(18)).toBe(false); });
`,
};

describe('on a toy tree', () => {
  let root: string;
  let proofs: readonly Proof[];

  const rows: readonly Removal[] = [
    ROW,
    { ...ROW, rule: '3.2 guarded by nothing', test: { ...ROW.test, name: 'an adult may enter' } },
    { ...ROW, rule: '3.3 patch breaks the file', patch: { ...ROW.patch, replace: 'if (' } },
    { ...ROW, rule: '3.5 patch throws', patch: { ...ROW.patch, replace: 'throw new Error("x");' } },
    { ...ROW, rule: '3.6 patch does not fit', patch: { ...ROW.patch, find: 'if (age < 21)' } },
    { ...ROW, rule: '3.7 no such test', test: { ...ROW.test, name: 'a child' } },
    { ...ROW, rule: '3.8 fails anyway', test: { ...ROW.test, name: 'is broken already' } },
    { ...ROW, rule: '3.9 the tree was put back' },
  ];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'writ-toy-'));
    symlinkSync(join(dirname(dirname(import.meta.dirname)), 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, 'package.json'), TREE['package.json']);
    writeFileSync(join(root, 'gate.ts'), TREE['gate.ts']);
    mkdirSync(join(root, 'test'));
    writeFileSync(join(root, 'test/gate.test.ts'), TREE['test-gate']);
    proofs = await prove(root, ['package.json', 'gate.ts', 'test/gate.test.ts'], rows);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each([
    { index: 0, proven: true, seen: 'without the rule: failed' },
    { index: 1, proven: false, seen: 'without the rule: passed' },
    { index: 2, proven: false, seen: 'without the rule: not found' },
    { index: 3, proven: false, seen: 'without the rule: crashed' },
    { index: 4, proven: false, seen: 'without the rule: patch does not fit' },
    { index: 5, proven: false, seen: 'with the rule: not found' },
    { index: 6, proven: false, seen: 'with the rule: failed' },
    { index: 7, proven: true, seen: 'without the rule: failed' },
  ])('row $index: $seen', ({ index, proven, seen }) => {
    expect(proofs[index]).toMatchObject({ rule: rows[index]?.rule, proven, seen });
  });

  test('the original tree is untouched', () => {
    expect(readFileSync(join(root, 'gate.ts'), 'utf8')).toBe(TREE['gate.ts']);
  });
});

describe('the table', () => {
  const parse = (row: object) => parseRemovals(JSON.stringify([row]));

  test('a good row is read', () => {
    expect(parse(ROW)).toEqual([ROW]);
  });

  test.each([
    ['a rule without its number', { ...ROW, rule: 'record first' }],
    ['an unknown field', { ...ROW, skip: true }],
    ['a patch of a test', { ...ROW, patch: { ...ROW.patch, file: 'test/gate.test.ts' } }],
    ['a patch outside the tree', { ...ROW, patch: { ...ROW.patch, file: 'core/../../gate.ts' } }],
    ['a patch of nothing', { ...ROW, patch: { ...ROW.patch, find: '' } }],
  ])('%s does not load', (_, row) => {
    expect(() => parse(row)).toThrow();
  });

  test('a rule or a letter without a row is named', () => {
    const rows = ['3.1 a', '3.2 b', '3.3 c', '3.4a d', '3.4c e', '3.5 f', '3.6 g', '3.7 h', '3.8 i', '3.9 j'];
    expect(missingRules(rows.map((rule) => ({ rule })))).toEqual(['3.4b', '3.4d', '3.10']);
  });

  test.each([
    { text: 'a b c', find: 'b', replace: 'x', patched: 'a x c' },
    { text: 'a b b', find: 'b', replace: 'x', patched: null },
    { text: 'a', find: 'b', replace: 'x', patched: null },
    { text: 'a', find: 'a', replace: 'a', patched: null },
    { text: 'a', find: 'a', replace: '$&$&', patched: '$&$&' },
  ])('$find → $replace in "$text": $patched', ({ text, find, replace, patched }) => {
    expect(applyPatch(text, { file: 'x.ts', find, replace })).toBe(patched);
  });
});

describe('vitest’s report', () => {
  const told = (status: string, failureMessages: readonly string[] = []) => ({
    ancestorTitles: ['outer'],
    title: 'inner',
    status,
    failureMessages,
  });
  const report = (...assertionResults: object[]) =>
    JSON.stringify({ testResults: [{ name: '/lab/test/a.test.ts', assertionResults }] });
  const ending = (json: string, name = 'inner') => endingOf(json, '/lab/test/a.test.ts', name);

  test.each([
    ['passed', told('passed')],
    ['failed', told('failed', ['AssertionError: expected 1 to be 2\n    at …'])],
    ['failed', told('failed', ['Error: promise resolved "1" instead of rejecting\n    at …'])],
    ['crashed', told('failed', ['TypeError: x is not a function\n    at …'])],
    ['crashed', told('failed', ['AssertionError: expected 1 to be 2', 'ReferenceError: y'])],
    ['crashed', told('failed', ['Error: Test timed out in 20000ms.'])],
    ['crashed', told('failed', ['Error: promise rejected "Error: x" instead of resolving'])],
    ['crashed', told('failed')],
    ['not run', told('skipped')],
  ] as const)('%s: %o', (expected, one) => {
    expect(ending(report(one))).toBe(expected);
  });

  test('a test is found by title, or by its describe and title', () => {
    expect(ending(report(told('passed')), 'outer > inner')).toBe('passed');
    expect(ending(report(told('passed')), 'other > inner')).toBe('not found');
  });

  test('a title that stands there twice is not one test', () => {
    expect(ending(report(told('passed'), told('failed')))).toBe('named twice');
  });

  test('the same title in another file does not count', () => {
    expect(endingOf(report(told('failed')), '/lab/test/b.test.ts', 'inner')).toBe('not found');
  });
});
