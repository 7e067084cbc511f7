import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ParameterType, Permission } from '../../../core/policy/bundle.ts';
import {
  checkParameters,
  PARAMETER_TYPES,
  type PlainType,
  parameterProblem,
  widestValue,
} from '../../../core/policy/parameters.ts';
import { bundleOf } from './installation.ts';

const [permission] = bundleOf().bundle.permissions as [Permission];

test('what is declared and fits is taken as it is', () => {
  expect(checkParameters(permission, { prefix: 'q3' })).toEqual({ ok: true, value: { prefix: 'q3' } });
});

test.each<{ name: string; given: { [name: string]: string }; parameter: string; problem: string }>([
  { name: 'missing', given: {}, parameter: 'prefix', problem: 'is missing' },
  {
    name: 'unknown',
    given: { prefix: 'q3', other: 'x' },
    parameter: 'other',
    problem: 'is not declared by the permission',
  },
  {
    name: 'named like a member of every object',
    given: { prefix: 'q3', constructor: 'x' },
    parameter: 'constructor',
    problem: 'is not declared by the permission',
  },
  {
    name: 'unknown, and its name could be a token',
    given: { prefix: 'q3', 'eyJhbGciOi.x.y': 'x' },
    parameter: '',
    problem: 'is not declared by the permission',
  },
])('$name: parameter_invalid', ({ given, parameter, problem }) => {
  const refusal = { reason: 'parameter_invalid', parameter, problem };
  expect(checkParameters(permission, given)).toEqual({ ok: false, refusal });
});

test('a value that is no text is refused, though it would fit as one', () => {
  const given = { prefix: 7 as unknown as string };
  expect(checkParameters(permission, given)).toEqual({
    ok: false,
    refusal: { reason: 'parameter_invalid', parameter: 'prefix', problem: 'is no string' },
  });
});

test('a refusal does not quote the value', () => {
  expect(JSON.stringify(checkParameters(permission, { prefix: 'canary*' }))).not.toContain('canary');
});

const plain = (type: PlainType): ParameterType => ({ type });

test.each<{ type: PlainType; good: string[]; bad: string[] }>([
  {
    type: 'segment',
    good: ['q3', 'dt=2026-01-01', 'a.b', '...', 'x'.repeat(64)],
    bad: [
      '',
      '.',
      '..',
      'a/b',
      'a:b',
      'a*',
      'a?',
      '${a}',
      '$',
      'a{b',
      'é',
      'a b',
      'a\n',
      'a\u0000',
      'x'.repeat(65),
    ],
  },
  {
    type: 'path',
    good: ['a', 'a/b.c/d', 'a/...'],
    bad: ['', '/a', 'a/', 'a//b', 'a/./b', 'a/../b', '..', 'a/*', `${'a/'.repeat(64)}a`],
  },
  {
    type: 'account',
    good: ['111122223333'],
    bad: ['11112222333', '1111222233334', '11112222333a', '111122223333\n'],
  },
  {
    type: 'region',
    good: ['eu-central-1', 'us-gov-east-1', 'ap-southeast-5', 'eusc-de-east-1'],
    bad: ['eu-central', 'EU-central-1', 'eu-central-1-x', '*', 'eu--1'],
  },
  {
    type: 'uuid',
    good: ['0190a8b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b'],
    bad: ['0190A8B2-7c3d-7e4f-8a9b-0c1d2e3f4a5b', '0190a8b27c3d7e4f8a9b0c1d2e3f4a5b', ''],
  },
])('$type', ({ type, good, bad }) => {
  for (const value of good) expect([value, parameterProblem(plain(type), value)]).toEqual([value, null]);
  for (const value of good) expect(value.length).toBeLessThanOrEqual(PARAMETER_TYPES[type].longest);
  for (const value of bad) {
    expect([value, parameterProblem(plain(type), value)]).toEqual([
      value,
      expect.stringMatching(new RegExp(`^is no ${type}\\b`, 'i')),
    ]);
  }
});

test('an enum takes its values and nothing like them', () => {
  const level: ParameterType = { type: 'enum', values: ['low', 'high'] };
  expect(parameterProblem(level, 'low')).toBeNull();
  expect(parameterProblem(level, 'LOW')).toBe('is none of: low, high');
});

test('no value of any type holds what IAM reads as pattern or variable, or is longer than its type says', () => {
  const types = Object.keys(PARAMETER_TYPES) as PlainType[];
  const near = fc.string({
    unit: fc.constantFrom('a', '1', '-', '.', '/', ':', '*', '?', '$', '{', '}', '"', 'é'),
  });
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.oneof(near, fc.string()), (type, value) => {
      if (parameterProblem(plain(type), value) !== null) return;
      expect(value).toMatch(/^[!-~]+$/);
      expect(value).not.toMatch(/[:*?${}"\\]/);
      expect(value.length).toBeLessThanOrEqual(PARAMETER_TYPES[type].longest);
    }),
  );
});

test('the widest value is as long as any', () => {
  expect(widestValue({ type: 'segment' })).toHaveLength(64);
  expect(widestValue({ type: 'enum', values: ['a', 'ccc', 'bb'] })).toBe('ccc');
});
