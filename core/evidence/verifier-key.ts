import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { base64, decodeBase64 } from '../encoding/base64.ts';

/**
 * Verifier keys of signed notes (C2SP signed-note): `<name>+<key id, 8 hex>+<base64 of type ‖ key>`. Ours is Ed25519; that of
 * another log may be ECDSA, which is read as well.
 */
export interface VerifierKey {
  /** Of a log: its origin. */
  readonly name: string;
  /** Four bytes that signature lines name the key by: a hint, and no proof. */
  readonly id: Uint8Array;
  readonly algorithm: 'Ed25519' | 'ECDSA';
  readonly key: KeyObject;
}

const ED25519_BYTES = 32;
const ED25519 = 0x01;
const ECDSA = 0x02;
const ID_BYTES = 4;

/** No blank and no plus sign, which end a name; nothing that a terminal would obey. */
const NAME = /^(?:[^\s+\p{C}]{1,255})$/u;
export const isKeyName = (name: string): boolean => NAME.test(name);

/** @returns `null`: malformed, of an unknown type, or its id is not that of its key. */
export function parseVerifierKey(text: string): VerifierKey | null {
  const [, name = '', hex = '', encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+([\w+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = decodeBase64(encoded);
  if (!isKeyName(name) || bytes === null) return null;
  const key = keyOf(name, bytes);
  return key !== null && Buffer.from(key.id).toString('hex') === hex ? key : null;
}

/** The key of a log that Ed25519 signs. @returns `null`: these bytes are no public key. */
export const ed25519Key = (name: string, publicKey: Uint8Array): VerifierKey | null =>
  keyOf(name, Uint8Array.of(ED25519, ...publicKey));

function keyOf(name: string, [type, ...rest]: Uint8Array): VerifierKey | null {
  const key = Uint8Array.from(rest);
  try {
    if (type === ED25519 && key.length === ED25519_BYTES) {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
      const id = ed25519KeyId(name, key);
      return { name, id, algorithm: 'Ed25519', key: createPublicKey({ key: jwk, format: 'jwk' }) };
    }
    if (type === ECDSA) {
      const spki = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
      return spki.asymmetricKeyType === 'ec'
        ? { name, id: first(hash('sha256', key, 'buffer')), algorithm: 'ECDSA', key: spki }
        : null;
    }
  } catch {
    return null; // no point of the curve, no DER
  }
  return null;
}

/** `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)`, its first four bytes. */
export const ed25519KeyId = (name: string, publicKey: Uint8Array): Uint8Array =>
  first(
    hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(ED25519), publicKey]), 'buffer'),
  );

const first = (digest: Uint8Array): Uint8Array => Uint8Array.from(digest.subarray(0, ID_BYTES));

/** @param publicKey - Ed25519, 32 bytes. @throws RangeError for a name that cannot be one, or a key of another length. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  if (!isKeyName(name) || publicKey.length !== ED25519_BYTES) throw new RangeError('no name, or no key');
  const id = Buffer.from(ed25519KeyId(name, publicKey)).toString('hex');
  return `${name}+${id}+${base64(Buffer.concat([Uint8Array.of(ED25519), publicKey]))}`;
}

/** `<name>+<8 hex>`: how people tell keys apart. */
export const keyTitle = ({ name, id }: VerifierKey): string => `${name}+${Buffer.from(id).toString('hex')}`;

/** Ed25519 over the whole message (RFC 8032); ECDSA over its SHA-256, ASN.1 DER. */
export function isSignedBy(
  { key, algorithm }: VerifierKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return verify(algorithm === 'Ed25519' ? null : 'sha256', message, key, signature);
  } catch {
    return false;
  }
}
