import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base32, openedAt, WRIT_ID, WRIT_ID_RANDOM_BYTES, writId } from '../../core/writ-id.ts';

const MILLIS = 1_795_518_000_123;
const FOUR = new Uint8Array([0xde, 0xad, 0xbe, 0xef]);

test.each([
  { text: 'nothing', bytes: [], encoded: '' },
  { text: 'one byte, its last group padded with zeros', bytes: [0xff], encoded: 'zw' },
  { text: 'five bytes are eight characters', bytes: [0, 0x44, 0x32, 0x14, 0xc7], encoded: '01234567' },
  { text: 'bytes with the top bit', bytes: [0x80, 0, 0, 0, 1], encoded: 'g0000001' },
])('base32 of $text', ({ bytes, encoded }) => {
  expect(base32(new Uint8Array(bytes))).toBe(encoded);
});

test('an id is 48 bits of milliseconds, then four random bytes', () => {
  const id = writId(MILLIS, FOUR);
  const bytes = [...Buffer.from(MILLIS.toString(16).padStart(12, '0'), 'hex'), ...FOUR];
  expect(id).toBe(base32(new Uint8Array(bytes)));
});

test.each([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, MILLIS, 2 ** 48 - 1])(
  '%d ms gives a well-formed id',
  (millis) => {
    expect(writId(millis, FOUR)).toMatch(WRIT_ID);
  },
);

test.each([0, 1, 999, 1000, 2 ** 32, MILLIS, 2 ** 48 - 1])('an id of %d ms tells its second', (millis) => {
  expect(openedAt(writId(millis, FOUR))).toBe(Math.floor(millis / 1000));
});

test('ids sort by time, whatever the random bytes', () => {
  const millis = fc.integer({ min: 0, max: 2 ** 48 - 2 });
  const random = fc.uint8Array({ minLength: WRIT_ID_RANDOM_BYTES, maxLength: WRIT_ID_RANDOM_BYTES });
  fc.assert(
    fc.property(millis, millis, random, random, (one, other, first, second) => {
      fc.pre(one !== other);
      expect(writId(one, first) < writId(other, second)).toBe(one < other);
    }),
  );
});

test('only the first four random bytes count', () => {
  expect(writId(MILLIS, new Uint8Array([...FOUR, 1, 2, 3]))).toBe(writId(MILLIS, FOUR));
});

test.each([
  '',
  '01jd3v9q2m8x7c4',
  '01jd3v9q2m8x7c4bb',
  '01JD3V9Q2M8X7C4B',
  '01jd3v9q2m8x7c4i',
  '01jd3v9q2m8x7c4b\n',
])('%j is no writ id', (text) => {
  expect(WRIT_ID.test(text)).toBe(false);
});
