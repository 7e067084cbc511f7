import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { instrument } from './instrument.ts';
import { mutantsOf } from './mutants.ts';

/** What the mutants of a source would make of it, one at a time. */
const changed = (source: string): string[] =>
  mutantsOf(source).map(
    ({ start, end, replacement }) => source.slice(0, start) + replacement + source.slice(end),
  );

test.each([
  ['a < b', ['(a) <= (b)', '(a) >= (b)']],
  ['a && !b', ['(a) || (!b)', 'a && b']],
  ['a ?? b', ['a']],
  ["a === 'x'", ["(a) !== ('x')", "a === ''"]],
  ['f(true, 1)', ['', 'f(false, 1)', 'f(true, (1 + 1))', 'f(true, (1 - 1))']],
  ['x = /^(?:a)$/i', ['', 'x = /(?:a)$/i', 'x = /^(?:a)/i', 'x = /^(?:a)$/']],
  ['x = a.some(f)', ['', 'x = a.every(f)']],
  ['x = a ? b : c', ['', 'x = true ? b : c', 'x = false ? b : c']],
  ['if (a) throw b;', ['if (true) throw b;', 'if (false) throw b;']],
  ['const f = () => { return refuse(a); }', ['const f = () => {  }']],
])('%s', (source, expected) => {
  // An expression by itself is a statement too, which may go.
  const found = changed(source);
  expect(found.filter((text) => text !== '')).toEqual(expected.filter((text) => text !== ''));
});

test.each([
  "import { a } from './a.ts'",
  "export { a } from './a.ts'",
  "type A = 'x' | 1",
  "const a: 'x' = b as 'x'",
  'const { 1: a } = b',
  'interface A { b: true }',
])('%s: nothing to change', (source) => {
  expect(mutantsOf(source)).toEqual([]);
});

test('all of them stand in one text, and each is what it would be alone, the inner ones too', () => {
  const source = 'return a < 1 ? [b + 2, a < 0 && b === 3] : [!b]';
  const mutants = mutantsOf(`const f = () => { ${source} }`).map(({ start, end, ...rest }) => ({
    ...rest,
    start: start - 18,
    end: end - 18,
  }));
  const all = new Function('__writMutant', 'a', 'b', instrument(source, mutants, 100));
  const inputs = [-1, 0, 1, 2].flatMap((a) => [0, 3].map((b) => [a, b] as const));
  const results = (run: (a: number, b: number) => unknown) => inputs.map(([a, b]) => run(a, b));
  expect(mutants.length).toBeGreaterThan(15);
  for (const [index, { start, end, replacement }] of mutants.entries()) {
    const alone = new Function('a', 'b', `${source.slice(0, start)}(${replacement})${source.slice(end)}`);
    const on = (number: number) => number === 100 + index;
    expect(results((a, b) => all(on, a, b))).toEqual(results((a, b) => alone(a, b)));
  }
  const off = () => false;
  expect(results((a, b) => all(off, a, b))).toEqual(results(new Function('a', 'b', source) as () => unknown));
});

test('every file of the core with its mutants in it is TypeScript still', () => {
  const root = new URL('../../', import.meta.url).pathname;
  for (const file of globSync('core/**/*.ts', { cwd: root })) {
    const source = readFileSync(root + file, 'utf8');
    expect(() => parseAst(instrument(source, mutantsOf(source), 0), { lang: 'ts' }), file).not.toThrow();
  }
});
