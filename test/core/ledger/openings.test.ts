import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fits, SALT_BYTES, seal } from '../../../core/ledger/openings.ts';

const SALT = new Uint8Array(SALT_BYTES).fill(7);
const { hash, opening } = seal('q3 figures', SALT);

test('the hash is base64url(SHA-256(salt ‖ value)), a known answer', () => {
  // (basenc --base64url -d <<< BwcHBwcHBwcHBwcHBwcHBw==; printf %s 'q3 figures') | openssl dgst -sha256 -binary | …
  expect(hash).toBe('V-WReT9rEGeHDqGzPE1FjJt-Ex3IRBrM8WzDxAsjllQ');
  expect(opening).toEqual({ salt: 'BwcHBwcHBwcHBwcHBwcHBw', value: 'q3 figures' });
});

test('an opening fits the hash that it was sealed with', () => {
  const salts = fc.uint8Array({ minLength: SALT_BYTES, maxLength: SALT_BYTES });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), salts, (value, salt) => {
      const sealed = seal(value, salt);
      expect(fits(sealed.hash, sealed.opening)).toBe(true);
    }),
  );
});

test('one value under two salts cannot be told to be one', () => {
  expect(seal('q3 figures', new Uint8Array(SALT_BYTES)).hash).not.toBe(hash);
});

test.each([0, 15, 17])('a salt of %d bytes is misuse', (length) => {
  expect(() => seal('x', new Uint8Array(length))).toThrow(RangeError);
});

describe('does not fit', () => {
  test.each([
    { what: 'another value', given: { ...opening, value: 'q4 figures' } },
    { what: 'no value', given: { ...opening, value: '' } },
    { what: 'another salt', given: { ...opening, salt: 'BwcHBwcHBwcHBwcHBwcHCA' } },
    { what: 'no salt', given: { ...opening, salt: '' } },
    { what: 'a padded salt', given: { ...opening, salt: `${opening.salt}==` } },
    {
      what: 'a salt in another spelling of the same bytes',
      given: { ...opening, salt: 'BwcHBwcHBwcHBwcHBwcHBx' },
    },
    { what: 'a salt that is no base64url', given: { ...opening, salt: 'BwcHBwcHBwcHBwcHBwcHB!' } },
  ])('$what', ({ given }) => {
    expect(fits(hash, given)).toBe(false);
  });

  test('a byte that was moved from the value to the salt, though the hash is the same', () => {
    const moved = { salt: Buffer.concat([SALT, Buffer.from('q')]).toString('base64url'), value: '3 figures' };
    const same = createHash('sha256').update(Buffer.from(moved.salt, 'base64url')).update(moved.value);
    expect(same.digest('base64url')).toBe(hash);
    expect(fits(hash, moved)).toBe(false);
  });

  test.each(['', 'x', hash.slice(0, -1), `${hash}A`, `${hash}=`, hash.toLowerCase(), '名'.repeat(43)])(
    'the hash %j, and nothing throws',
    (other) => {
      expect(fits(other, opening)).toBe(false);
    },
  );
});
