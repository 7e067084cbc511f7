import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNonce, makeNonce } from '../../../core/tokens/nonce.ts';
import { NOW } from '../../support/clock.ts';
import { NONCE_KEYS } from '../../support/tokens.ts';

const nonce = makeNonce(NONCE_KEYS, NOW);
const [time = '', tag = ''] = nonce.split('.');
const check = (text: string, now = NOW) => checkNonce(text, NONCE_KEYS, now);

test('lives 120 s', () => {
  const good = { ok: true, at: NOW, until: NOW + 120 };
  expect(check(nonce)).toEqual(good);
  expect(check(nonce, NOW + 119)).toEqual(good);
  expect(check(nonce, NOW + 120)).toBe('stale');
});

test('is good by the previous key, and no longer by the one before', () => {
  const [current, previous] = NONCE_KEYS.map((key) => [key]);
  expect(check(makeNonce(previous ?? [], NOW))).toMatchObject({ ok: true });
  expect(checkNonce(makeNonce(previous ?? [], NOW), current ?? [], NOW)).toBe('bad');
});

test('is not from the future, but for the difference of our own clocks', () => {
  expect(check(nonce, NOW - 5)).toMatchObject({ ok: true });
  expect(check(nonce, NOW - 6)).toBe('bad');
});

test.each([
  ['nothing', ''],
  ['no tag', time],
  ['another time', `${(NOW + 1).toString(36)}.${tag}`],
  ['a cut tag', nonce.slice(0, -1)],
  ['a longer tag', `${nonce}A`],
  ['the time in capitals', nonce.replace(time, time.toUpperCase())],
  ['a leading zero', `0${nonce}`],
  ['a line behind it', `${nonce}\n`],
  [
    'a tag of stray bits',
    `${nonce.slice(0, -1)}${String.fromCharCode(nonce.charCodeAt(nonce.length - 1) + 1)}`,
  ],
])('is bad with %s', (_, text) => {
  expect(check(text)).toBe('bad');
});

test('no text but ours is good', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(check(text)).toBe('bad');
      expect(check(`${time}.${text}`)).toBe('bad');
    }),
  );
});

describe('without a key worth the name it is a fault', () => {
  test.each<[string, readonly KeyObject[]]>([
    ['none', []],
    ['an empty one', [createSecretKey(new Uint8Array())]],
    ['a short one', [createSecretKey(new Uint8Array(31))]],
    ['a short one behind a good one', [...NONCE_KEYS, createSecretKey(new Uint8Array(1))]],
    ['one that is public', [generateKeyPairSync('ed25519').publicKey]],
  ])('%s', (_, keys) => {
    expect(() => makeNonce(keys, NOW)).toThrow('nonce_keys_unavailable');
    expect(() => checkNonce(nonce, keys, NOW)).toThrow('nonce_keys_unavailable');
  });
});
