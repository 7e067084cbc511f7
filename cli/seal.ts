import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';

/**
 * Tokens and credentials lie on disk only under a key derived from the device's: a copied, synced or searched
 * cache holds no secret that works without the device key's file. Whoever can read that file too can open them;
 * a key store of the operating system would end that, and only `keyOf` would change.
 */
const keyOf = (device: JWK): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(device.d ?? '', 'base64url'), '', 'writ state v1', 32));

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @param name - The file's name: a sealed text moved to another name does not open. */
export function seal(device: JWK, name: string, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(device), iv).setAAD(Buffer.from(name));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @returns the text, or null: not sealed under this name by this device, or damaged. */
export function unseal(device: JWK, name: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(device), bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    return null;
  }
}
