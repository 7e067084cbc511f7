import { expect, test } from 'vitest';
import { isNumericDate, readClaims } from '../../../core/tokens/claims.ts';

test.each([0, 1, 1_750_000_000])('%s is a NumericDate', (value) => {
  expect(isNumericDate(value)).toBe(true);
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, undefined])(
  '%s is no NumericDate',
  (value) => {
    expect(isNumericDate(value)).toBe(false);
  },
);

test('one text alone is a list of one, and what comes twice counts once', () => {
  const read = readClaims({ one: 'pwd', two: ['pwd', 'otp', 'pwd'] });
  expect(read.texts('one')).toEqual(['pwd']);
  expect(read.texts('two')).toEqual(['pwd', 'otp']);
});

test('an issuer that writes nbf: 0 means always', () => {
  const read = readClaims({ nbf: 0 });
  expect(read.date('nbf')).toBe(0);
  expect(read.bad()).toBeNull();
});
