import { expect, test } from 'vitest';
import { verificationKey } from '../../../core/tokens/public-key.ts';
import { base64url, makeKey } from '../../support/keys.ts';

const ec = await makeKey('ES256');
const ec384 = await makeKey('ES384');
const edwards = await makeKey('Ed25519');
const rsa = await makeKey('RS256');
const bytes = (length: number, last = 1) => base64url(Buffer.alloc(length, 0xff).fill(last, length - 1));

test.each([
  ['ES256', ec],
  ['ES384', ec384],
  ['Ed25519', edwards],
  ['RS256', rsa],
])('%s: only the members that make the key remain', (alg, key) => {
  expect(verificationKey({ ...key.published, x5t: 'x', foo: 1 }, alg)).toEqual(key.jwk);
});

const p521 = { kty: 'EC', crv: 'P-521', x: bytes(66), y: bytes(66, 2) };

test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
  '%s takes an RSA key, and no curve',
  (alg) => {
    expect(verificationKey({ ...rsa.published, alg }, alg)).toEqual(rsa.jwk);
    expect(verificationKey({ ...ec.jwk }, alg)).toBeNull();
  },
);

test('ES512 takes P-521, with whole coordinates', () => {
  expect(verificationKey({ ...p521, use: 'sig' }, 'ES512')).toEqual(p521);
  expect(verificationKey({ ...p521, x: bytes(65) }, 'ES512')).toBeNull();
});

test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
  'a key with %s is no secret any more',
  (name) => {
    expect(verificationKey({ ...rsa.jwk, [name]: 'x' }, 'RS256')).toBeNull();
  },
);

test('EdDSA is the older name of Ed25519 (RFC 9864)', () => {
  expect(verificationKey({ ...edwards.jwk, alg: 'EdDSA' }, 'Ed25519')).toEqual(edwards.jwk);
  expect(verificationKey({ ...edwards.jwk, alg: 'Ed25519' }, 'EdDSA')).toEqual(edwards.jwk);
});

test('a key that says it verifies, among others, is taken (RFC 7517 §4.3)', () => {
  expect(verificationKey({ ...ec.jwk, key_ops: ['verify', 'sign'] }, 'ES256')).toEqual(ec.jwk);
});

const rsaWith = (changes: object) => ({ kty: 'RSA', n: rsa.jwk.n, e: rsa.jwk.e, ...changes });

test.each<[string, object, string]>([
  ['no algorithm', ec.jwk, 'none'],
  ['an HMAC with an HMAC key', { kty: 'oct', k: bytes(32) }, 'HS256'],
  ['an HMAC with a public key', rsa.jwk, 'HS256'],
  ['an inherited name as algorithm', ec.jwk, 'constructor'],
  ['the algorithm of another family', ec.jwk, 'RS256'],
  ['the algorithm of another curve', ec.jwk, 'ES384'],
  ['a key for another algorithm', { ...rsa.jwk, alg: 'PS256' }, 'RS256'],
  ['an encryption key', { ...ec.jwk, use: 'enc' }, 'ES256'],
  ['a key that does not verify', { ...ec.jwk, key_ops: ['deriveBits'] }, 'ES256'],
  ['key_ops of text', { ...ec.jwk, key_ops: 'verify' }, 'ES256'],
  ['a private key', { ...ec.jwk, d: 'x' }, 'ES256'],
  ['a short coordinate', { ...ec.jwk, x: bytes(31) }, 'ES256'],
  ['no second coordinate', { ...ec.jwk, y: undefined }, 'ES256'],
  ['a coordinate with padding', { ...ec.jwk, x: `${ec.jwk.x}=` }, 'ES256'],
  ['an exchange key of the same family', { ...edwards.jwk, crv: 'X25519' }, 'Ed25519'],
  ['1024 bits', rsaWith({ n: bytes(128) }), 'RS256'],
  ['2048 bits of which the first is zero', rsaWith({ n: base64url(Buffer.alloc(256, 0x7f)) }), 'RS256'],
  ['2048 bits of which most are zero', rsaWith({ n: base64url(Buffer.alloc(256).fill(1, 200)) }), 'RS256'],
  ['4096 bits of which most are zero', rsaWith({ n: base64url(Buffer.alloc(512).fill(1, 300)) }), 'RS256'],
  ['16384 bits', rsaWith({ n: bytes(2048) }), 'RS256'],
  ['a modulus of zero', rsaWith({ n: base64url(Buffer.alloc(256)) }), 'RS256'],
  ['an empty modulus', rsaWith({ n: '' }), 'RS256'],
  ['no modulus', rsaWith({ n: undefined }), 'RS256'],
  ['an exponent of one', rsaWith({ e: 'AQ' }), 'RS256'],
  ['an even exponent', rsaWith({ e: 'AQAC' }), 'RS256'],
  ['an exponent as long as the modulus', rsaWith({ e: bytes(256) }), 'RS256'],
])('%s is no key', (_, jwk, alg) => {
  expect(verificationKey({ ...jwk }, alg)).toBeNull();
});

test('a key that says what it is for is for nothing else, and EdDSA is Ed25519', () => {
  for (const alg of ['EdDSA', 'Ed25519']) {
    expect(verificationKey({ ...edwards.jwk, alg: 'EdDSA' }, alg)).toEqual(edwards.jwk);
    expect(verificationKey({ ...edwards.jwk, alg: 'ES256' }, alg)).toBeNull();
  }
});

test('RSA up to 8192 bits, with an exponent of up to 32', () => {
  const n = bytes(1024);
  const e = bytes(4);
  expect(verificationKey(rsaWith({ n, e }), 'RS256')).toEqual({ kty: 'RSA', n, e });
  expect(verificationKey(rsaWith({ n: bytes(1025) }), 'RS256')).toBeNull();
  expect(verificationKey(rsaWith({ e: bytes(5) }), 'RS256')).toBeNull();
});
