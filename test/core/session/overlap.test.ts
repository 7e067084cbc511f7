import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlaps } from '../../../core/session/overlap.ts';

test.each([
  ['s3:GetObject', 's3:GetObject', true],
  ['s3:GetObject', 's3:PutObject', false],
  ['s3:Get*', 's3:*Object', true],
  ['s3:Get*', 's3:Put*', false],
  ['s3:Get?', 's3:GetObject', false],
  ['s3:?etObject', 's3:G*', true],
  ['a*b*c', '*', true],
  ['a*b', 'a?', true],
  ['a*b', 'a', false],
  ['**', '', true],
  ['*a*', '*b*', true],
  ['', '?', false],
  ['*a', 'b', false],
  ['a*', 'b', false],
  ['*a', 'bb', false],
])('%s and %s: %s', (one, other, expected) => {
  expect(overlaps(one, other)).toBe(expected);
  expect(overlaps(other, one)).toBe(expected);
});

test('two patterns that match one text overlap', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '?', '*'), { maxLength: 6 });
  const asRegExp = (pattern: string) =>
    new RegExp(`^(?:${pattern.replaceAll('*', '.*').replaceAll('?', '.')})$`);
  const texts = ['', ...product(['a', 'b'], 5)];
  fc.assert(
    fc.property(pieces, pieces, (one, other) => {
      const [a, b] = [one.join(''), other.join('')];
      const common = texts.some((text) => asRegExp(a).test(text) && asRegExp(b).test(text));
      if (common) expect(overlaps(a, b)).toBe(true);
      // Short patterns without a common short text have none at all.
      if (!common && a.length + b.length <= 5) expect(overlaps(a, b)).toBe(false);
    }),
  );
});

function product(letters: readonly string[], longest: number): string[] {
  let last = [''];
  const all: string[] = [];
  for (let length = 1; length <= longest; length++) {
    last = last.flatMap((text) => letters.map((letter) => text + letter));
    all.push(...last);
  }
  return all;
}
