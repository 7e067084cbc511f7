import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toContext } from '../../../core/iam/context.ts';
import { matchesAction, matchesArn, matchesResource } from '../../../core/iam/match.ts';
import { expand } from '../../../core/iam/variables.ts';

const NONE = toContext({});
/** Few letters, so that pattern and text often nearly match. */
const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });

/** The definition of a wildcard pattern, word for word: slow, and plainly right. */
function defined(pattern: string, value: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return value === '';
  const more = rest.join('');
  if (first === '*') return defined(more, value) || (value !== '' && defined(pattern, value.slice(1)));
  return value !== '' && (first === '?' || first === value[0]) && defined(more, value.slice(1));
}

test('patterns match as they are defined', () => {
  fc.assert(
    fc.property(text('ab*?'), text('ab'), (pattern, value) => {
      expect(matchesAction(pattern, value)).toBe(defined(pattern, value));
      const prefix = 'arn:aws:s3:::';
      expect(matchesResource(prefix + pattern, prefix + value, NONE)).toBe(defined(pattern, value));
    }),
    { numRuns: 2000 },
  );
});

test('a substituted value matches itself and nothing else, whatever it holds', () => {
  fc.assert(
    fc.property(text('a*?${}:/').filter(Boolean), text('a*?${}:/'), (tag, value) => {
      const context = toContext({ 'aws:PrincipalTag/t': tag });
      const matches = matchesResource(
        'arn:aws:s3:::b/${aws:PrincipalTag/t}',
        `arn:aws:s3:::b/${value}`,
        context,
      );
      expect(matches).toBe(tag === value);
    }),
    { numRuns: 2000 },
  );
});

test('a pattern made to backtrack does not: it ends', () => {
  const pattern = `arn:aws:s3:::${'*a'.repeat(500)}b`;
  expect(matchesResource(pattern, `arn:aws:s3:::${'a'.repeat(1024)}`, NONE)).toBe(false);
});

test('? takes one character, also one of two UTF-16 units', () => {
  expect(matchesResource('arn:aws:s3:::b/?', 'arn:aws:s3:::b/😀', NONE)).toBe(true);
});

test.each([
  ['arn:aws:s3:::bu*et/x', 'arn:aws:s3:::bu:ck:et/x', true],
  ['arn:aws:s3:eu:1*2:key', 'arn:aws:s3:eu:1:a2:key', false],
])(
  'a wildcard inside %s and %s: %s, for colons are characters in the sixth part alone',
  (pattern, arn, matches) => {
    expect(matchesResource(pattern, arn, NONE)).toBe(matches);
  },
);

test.each([
  ['arn:aws:logs:eu:1:log-group:a:*', 'arn:aws:logs:eu:1:log-group:a:b', true],
  ['arn:aws:logs:eu:1:log-group:a', 'arn:aws:logs:eu:1:log-group:a:b', false],
  ['arn:aws:logs:eu:1:*', 'arn:aws:logs:eu:1', false],
])('the sixth part of an ARN is all that is left: %s and %s: %s', (pattern, arn, matches) => {
  const expansion = expand(pattern, NONE);
  expect(expansion.state === 'pattern' ? matchesArn(expansion.tokens, arn) : expansion.state).toBe(matches);
});

test('a ? at the end of an early part of an ARN does not reach beyond its colon', () => {
  expect(matchesResource('arn:aws:s3:eu?:1:x', 'arn:aws:s3:eu1:1:x', NONE)).toBe(true);
  expect(matchesResource('arn:aws:s3:eu?:1:x', 'arn:aws:s3:eu::1:x', NONE)).toBe(false);
});

test('a default value may be empty', () => {
  const pattern = "arn:aws:s3:::b/x${aws:PrincipalTag/t, ''}";
  expect(matchesResource(pattern, 'arn:aws:s3:::b/x', NONE)).toBe(true);
  expect(matchesResource(pattern, 'arn:aws:s3:::b/xy', NONE)).toBe(false);
});
