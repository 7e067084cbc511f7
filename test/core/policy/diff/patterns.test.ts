import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesResource } from '../../../../core/iam/match.ts';
import type { ParameterType } from '../../../../core/policy/bundle.ts';
import { covers, type Types, typeCovers } from '../../../../core/policy/diff/patterns.ts';

const segment: Types = { p: { type: 'segment' } };
const path: Types = { p: { type: 'path' } };
const S3 = 'arn:aws:s3:::b/';

test.each([
  ['*', `${S3}x`, true],
  [`${S3}*`, `${S3}x/*`, true],
  [`${S3}x/*`, `${S3}*`, false],
  [`${S3}x*`, `${S3}x/*`, true],
  [`${S3}?`, `${S3}x`, true],
  [`${S3}?`, `${S3}*`, false],
  [`${S3}*`, `${S3}?`, true],
  [`${S3}\${p}/*`, `${S3}\${p}/a`, true],
  [`${S3}*`, `${S3}\${p}/*`, true],
  [`${S3}\${p}/*`, `${S3}*`, false],
  [`${S3}\${p}/*`, `${S3}q3/*`, false],
  [`${S3}\${aws:PrincipalTag/a}`, `${S3}\${aws:PrincipalTag/a}`, true],
  [`${S3}\${aws:PrincipalTag/a}`, `${S3}\${aws:PrincipalTag/b}`, false],
  // A star in the middle of a part stays in it.
  ['arn:aws:s3:*x::b', 'arn:aws:s3:a:x::b', false],
  ['arn:aws:s3:::b', 'arn:aws:s3:::B', false],
])('%s covers %s: %s', (wide, narrow, expected) => {
  expect(covers({ text: wide, types: segment }, { text: narrow, types: segment })).toBe(expected);
});

test('a parameter covers itself with a type that takes no less', () => {
  const text = `${S3}\${p}/*`;
  expect(covers({ text, types: path }, { text, types: segment })).toBe(true);
  expect(covers({ text, types: segment }, { text, types: path })).toBe(false);
});

const oneOf = (...values: string[]): ParameterType => ({ type: 'enum', values });
test.each<[ParameterType, ParameterType, boolean]>([
  [{ type: 'path' }, { type: 'segment' }, true],
  [{ type: 'segment' }, { type: 'uuid' }, true],
  [{ type: 'uuid' }, { type: 'segment' }, false],
  [{ type: 'segment' }, { type: 'path' }, false],
  [{ type: 'segment' }, oneOf('a', 'b'), true],
  [{ type: 'segment' }, oneOf('a/b'), false],
  [oneOf('a', 'b', 'c'), oneOf('a', 'b'), true],
  [oneOf('a'), oneOf('a', 'b'), false],
  [oneOf('a'), { type: 'segment' }, false],
])('%j takes all of %j: %s', (wide, narrow, expected) => {
  expect(typeCovers(wide, narrow)).toBe(expected);
});

describe('never says so wrongly', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', ':', '*', '?'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const arn = pattern.map((rest) => `arn:aws:${rest}`);

  test.each([
    ['ARNs', arn, 'arn:aws:'],
    ['names', pattern, ''],
  ])('of %s: what the narrow one matches, the wide one does', (_, patterns, prefix) => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ':'), { maxLength: 8 })
      .map((all) => prefix + all.join(''));
    fc.assert(
      fc.property(
        patterns,
        patterns,
        fc.array(text, { minLength: 30, maxLength: 30 }),
        (wide, narrow, texts) => {
          fc.pre(covers({ text: wide, types: {} }, { text: narrow, types: {} }));
          for (const each of texts) {
            // Names are compared without ARN's parts: a sixth colon before them makes all of it the resource.
            const lead = prefix === '' ? 'arn:aws:s3:::' : '';
            if (matchesResource(lead + narrow, lead + each, new Map()) === true) {
              expect(matchesResource(lead + wide, lead + each, new Map())).toBe(true);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
