import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { thumbprint } from '../../../core/tokens/thumbprint.ts';

const jwkOf = ({ publicKey }: ReturnType<typeof generateKeyPairSync>): JWK =>
  publicKey.export({ format: 'jwk' }) as JWK;
const EC = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

test.each<[string, JWK]>([
  ['EC', EC],
  ['OKP', jwkOf(generateKeyPairSync('ed25519'))],
  ['RSA', jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
])('%s: what jose says, whatever stands beside the key', async (_, jwk) => {
  expect(thumbprint({ use: 'sig', kid: 'x', ...jwk })).toBe(await calculateJwkThumbprint(jwk, 'sha256'));
});

test('RFC 8037 §A.3, the example', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  expect(thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test.each<[string, object]>([
  ['a secret', { kty: 'oct', k: 'AAAA' }],
  ['a kind that is no text', { ...EC, kty: ['EC'] }],
  ['a kind that objects have', { ...EC, kty: 'constructor' }],
  ['no kind', { ...EC, kty: undefined }],
  ['a missing member', { kty: 'EC', crv: 'P-256', x: EC.x }],
  ['an empty member', { ...EC, y: '' }],
  ['a member that is no text', { ...EC, x: { toString: 'x' } }],
  ['an inherited member', Object.assign(Object.create({ y: EC.y }), { kty: 'EC', crv: 'P-256', x: EC.x })],
])('%s has none', (_, jwk) => {
  expect(thumbprint(jwk as JWK)).toBeNull();
});
