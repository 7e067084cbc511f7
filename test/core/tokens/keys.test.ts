import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { MAX_KEY_SOURCES } from '../../../core/limits.ts';
import { keyCache } from '../../../core/tokens/keys.ts';
import { NOW } from '../../support/clock.ts';
import { makeKey } from '../../support/keys.ts';
import { corp } from '../../support/tokens.ts';

const one = (await makeKey('ES256', 'one')).published;
const two = (await makeKey('ES256', 'two')).published;
const rsa = (await makeKey('RS256', 'rsa')).published;

/** A cache over an issuer whose key set and health a test changes; `fetches` counts. */
function setUp(...keys: unknown[]) {
  const issuer = { keys: keys as readonly JWK[], isDown: false, fetches: 0 };
  const findKey = keyCache(async () => {
    issuer.fetches += 1;
    if (issuer.isDown) throw new Error('down');
    return issuer.keys;
  });
  const find = (kid: string | undefined, now = NOW, alg = 'ES256') => findKey(corp, kid, alg, now);
  return { issuer, findKey, find };
}

describe('which key', () => {
  test('the one that kid names', async () => {
    const { find } = setUp(one, two);
    expect(await find('one')).not.toBeNull();
    expect(await find('two')).not.toBe(await find('one'));
  });

  test.each<[string, unknown[], string | undefined, string]>([
    ['an unknown kid', [one], 'three', 'ES256'],
    ['two keys of one kid', [one, { ...two, kid: 'one' }], 'one', 'ES256'],
    ['two kinds of key of one kid', [one, { ...rsa, kid: 'one' }], 'one', 'ES256'],
    ['a key of another kind', [rsa], 'rsa', 'ES256'],
    ['no kid, and two that fit', [one, two], undefined, 'ES256'],
    ['no kid, and none that fits', [rsa], undefined, 'ES256'],
    ['a kid, and keys without', [{ ...one, kid: undefined }], 'one', 'ES256'],
    ['an HMAC key', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one' }], 'one', 'HS256'],
    ['a point off the curve', [{ ...one, x: one.y }], 'one', 'ES256'],
    ['what is no key', [null, 'one', [], { kid: 'one' }], 'one', 'ES256'],
    ['an inherited name', [one], 'constructor', 'ES256'],
    ['an empty set', [], 'one', 'ES256'],
  ])('none for %s', async (_, keys, kid, alg) => {
    expect(await setUp(...keys).find(kid, NOW, alg)).toBeNull();
  });

  test('without kid, the only one that fits', async () => {
    expect(await setUp(one, rsa).find(undefined)).not.toBeNull();
  });
});

describe('when the issuer is asked', () => {
  test('once in 10 min', async () => {
    const { issuer, find } = setUp(one);
    await find('one', NOW);
    await find('one', NOW + 599);
    expect(issuer.fetches).toBe(1);
    await find('one', NOW + 600);
    expect(issuer.fetches).toBe(2);
  });

  test('once for all who ask at the same time', async () => {
    const { issuer, find } = setUp(one, two);
    const found = await Promise.all([find('one'), find('two'), find('one'), find('three')]);
    expect(found.map((key) => key !== null)).toEqual([true, true, true, false]);
    expect(issuer.fetches).toBe(1);
  });

  test('for an unknown kid once a minute, so that a new key is found', async () => {
    const { issuer, find } = setUp(one);
    await find('one', NOW);
    issuer.keys = [one, two];
    expect(await find('two', NOW + 59)).toBeNull();
    expect(issuer.fetches).toBe(1);
    expect(await find('two', NOW + 60)).not.toBeNull();
    expect(await find('invented', NOW + 61)).toBeNull();
    expect(await find('invented', NOW + 119)).toBeNull();
    expect(issuer.fetches).toBe(2);
  });

  test('per source: one issuer does not use up the turn of another', async () => {
    const { issuer, findKey, find } = setUp(one);
    await find('one');
    await findKey({ ...corp, keys: { jwks_uri: 'https://other.example/jwks' } }, 'one', 'ES256', NOW);
    await findKey({ ...corp, keys: { kms: 'https://other.example/jwks' } }, 'one', 'ES256', NOW);
    expect(issuer.fetches).toBe(3);
  });
});

describe('when it cannot be reached', () => {
  test('the last known keys serve for an hour, and then it is a fault', async () => {
    const { issuer, find } = setUp(one);
    await find('one', NOW);
    issuer.isDown = true;
    expect(await find('one', NOW + 3599)).not.toBeNull();
    await expect(find('one', NOW + 3600)).rejects.toThrow('keys_unavailable');
  });

  test('it is left alone for 10 s after a failure', async () => {
    const { issuer, find } = setUp(one);
    issuer.isDown = true;
    await expect(find('one', NOW)).rejects.toThrow('keys_unavailable');
    await expect(find('one', NOW + 9)).rejects.toThrow('keys_unavailable');
    expect(issuer.fetches).toBe(1);
    issuer.isDown = false;
    expect(await find('one', NOW + 10)).not.toBeNull();
  });

  test('an unknown kid stays unknown', async () => {
    const { issuer, find } = setUp(one);
    await find('one', NOW);
    issuer.isDown = true;
    expect(await find('two', NOW + 60)).toBeNull();
  });

  test('everyone who waits for the failing fetch gets the fault', async () => {
    const { issuer, find } = setUp(one);
    issuer.isDown = true;
    const found = await Promise.allSettled([find('one'), find('one')]);
    expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(issuer.fetches).toBe(1);
  });
});

test('a fetch that fails before it has begun does not stand in the way of the next', async () => {
  let isDown = true;
  const findKey = keyCache(() => {
    if (isDown) throw new Error('down');
    return Promise.resolve([one]);
  });
  await expect(findKey(corp, 'one', 'ES256', NOW)).rejects.toThrow('keys_unavailable');
  isDown = false;
  expect(await findKey(corp, 'one', 'ES256', NOW + 10)).not.toBeNull();
});

test('a withdrawn key is gone with the next set', async () => {
  const { issuer, find } = setUp(one, two);
  expect(await find('one', NOW)).not.toBeNull();
  issuer.keys = [two];
  expect(await find('one', NOW + 600)).toBeNull();
});

test('the memory is bounded: the oldest source goes first', async () => {
  const { issuer, findKey } = setUp(one);
  const ask = (n: number) =>
    findKey({ ...corp, keys: { jwks_uri: `https://issuer-${n}.example` } }, 'one', 'ES256', NOW);
  for (let n = 0; n <= MAX_KEY_SOURCES; n++) await ask(n);
  expect(issuer.fetches).toBe(MAX_KEY_SOURCES + 1);
  await ask(MAX_KEY_SOURCES);
  expect(issuer.fetches).toBe(MAX_KEY_SOURCES + 1);
  await ask(0);
  expect(issuer.fetches).toBe(MAX_KEY_SOURCES + 2);
});
