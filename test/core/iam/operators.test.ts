import { expect, test } from 'vitest';
import { holds } from '../../../core/iam/conditions.ts';
import { toContext } from '../../../core/iam/context.ts';
import { parseBoolean, parseNumber } from '../../../core/iam/operators.ts';

test.each([
  ['0', 0],
  ['-1.5', -1.5],
  ['+20', 20],
  ['123456789012345', 123_456_789_012_345],
])('%s is a number', (text, number) => {
  expect(parseNumber(text)).toBe(number);
});

test.each([
  '',
  '5x',
  'x5',
  '0x10',
  '1e3',
  '1.',
  '.5',
  ' 5',
  '5\n',
  '1234567890123456',
  '1234567890.123456',
  'NaN',
])('%j is no number, and a comparison with it is undecided', (text) => {
  expect(parseNumber(text)).toBeNull();
});

test.each([
  ['true', true],
  ['FALSE', false],
  ['yes', null],
  ['', null],
])('%j is the Boolean %s', (text, value) => {
  expect(parseBoolean(text)).toBe(value);
});

const NOON = '2026-11-24T12:00:00Z';

test.each([
  ['NumericEquals', '10', '10.0', true],
  ['NumericEquals', '10', '9', false],
  ['NumericNotEquals', '10', '10.0', false],
  ['NumericNotEquals', '10', '9', true],
  ['DateEquals', NOON, '2026-11-24T13:00:00+01:00', true],
  ['DateEquals', NOON, '2026-11-24T12:00:01Z', false],
  ['DateNotEquals', NOON, '2026-11-24T13:00:00+01:00', false],
  ['DateNotEquals', NOON, '2026-11-24T12:00:01Z', true],
  ['Bool', 'true', 'TRUE', true],
  ['Bool', 'true', 'false', false],
])('%s %s of %s: %s', (operator, wanted, actual, expected) => {
  expect(holds({ [operator]: { 'aws:x': wanted } }, toContext({ 'aws:x': actual }))).toBe(expected);
});

test('a key that is there in two spellings has the values of both', () => {
  const context = toContext({ 'aws:X': 'a', 'aws:x': ['b', 'c'] });
  for (const value of ['a', 'b', 'c']) {
    expect(holds({ 'ForAnyValue:StringEquals': { 'aws:x': [value] } }, context)).toBe(true);
    expect(holds({ 'ForAllValues:StringEquals': { 'aws:x': [value] } }, context)).toBe(false);
  }
});
