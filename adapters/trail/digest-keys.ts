import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Raw } from './fields.ts';

/** By fingerprint. */
export type DigestKeys = ReadonlyMap<string, KeyObject>;

/**
 * @param text - What `aws cloudtrail list-public-keys` prints: `{"PublicKeyList":[{"Value","Fingerprint",…}]}`; `Value` is
 *   DER of PKCS #1, in base64.
 * @returns `null`: it is something else, or one of the keys is none.
 */
export function readDigestKeys(text: string): DigestKeys | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const listed = typeof value === 'object' && value !== null ? (value as Raw).PublicKeyList : null;
  if (!Array.isArray(listed)) return null;
  const keys = new Map<string, KeyObject>();
  for (const each of listed) {
    const key = keyOf(each);
    if (key === null) return null;
    keys.set(key.fingerprint, key.key);
  }
  return keys;
}

function keyOf(value: unknown): { readonly fingerprint: string; readonly key: KeyObject } | null {
  const { Value, Fingerprint } = typeof value === 'object' && value !== null ? (value as Raw) : {};
  if (typeof Value !== 'string' || typeof Fingerprint !== 'string') return null;
  try {
    const key = createPublicKey({ key: Buffer.from(Value, 'base64'), format: 'der', type: 'pkcs1' });
    return key.asymmetricKeyType === 'rsa' ? { fingerprint: Fingerprint, key } : null;
  } catch {
    return null;
  }
}
