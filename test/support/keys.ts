/** Keys that sign for real, and JWSs as a test wants them, well-formed or not. Signing is node's, verifying jose's. */
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';

export type TestAlgorithm = 'ES256' | 'ES384' | 'Ed25519' | 'RS256' | 'PS256';

export interface TestKey {
  readonly alg: TestAlgorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** Public members only. */
  readonly jwk: JWK;
  /** As it stands in a key set. */
  readonly published: JWK;
  /** RFC 7638 thumbprint. */
  readonly jkt: string;
}

export async function makeKey(alg: TestAlgorithm = 'ES256', kid = `key-${alg}`): Promise<TestKey> {
  const { publicKey, privateKey } = generate(alg);
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const published = { ...jwk, kid, alg, use: 'sig' };
  return { alg, kid, privateKey, jwk, published, jkt: await calculateJwkThumbprint(jwk) };
}

function generate(alg: TestAlgorithm): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
    case 'RS256':
    case 'PS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

export const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** @param header, claims - Objects, whose `undefined` members are left out; or JSON text as it shall stand. */
export function makeJws(key: TestKey, header: object | string, claims: object | string): string {
  const text = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part));
  const input = `${base64url(text(header))}.${base64url(text(claims))}`;
  return `${input}.${base64url(signBytes(key, Buffer.from(input)))}`;
}

export function signBytes({ alg, privateKey }: TestKey, data: Uint8Array): Uint8Array {
  switch (alg) {
    case 'ES256':
      return sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    case 'ES384':
      return sign('sha384', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    case 'Ed25519':
      return sign(null, data, privateKey);
    case 'RS256':
      return sign('sha256', data, privateKey);
    case 'PS256':
      return sign('sha256', data, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      });
  }
}
