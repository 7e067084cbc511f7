import { expect, test } from 'vitest';
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
