import { hash, timingSafeEqual } from 'node:crypto';
import type { Opening } from '../ports.ts';

/** 128 bits: nobody who guesses the value (an address, a login name) can test the guess against the hash. */
export const SALT_BYTES = 16;

/**
 * Hides a personal value in a record: the hash stays for ever, the opening can be deleted, and with it goes all
 * that the hash said of a person.
 *
 * @param salt - SALT_BYTES random bytes, used for this value and no other.
 * @returns `hash` is base64url(SHA-256(salt ‖ UTF-8 of the value)), without padding.
 */
export function seal(value: string, salt: Uint8Array): { readonly hash: string; readonly opening: Opening } {
  if (salt.length !== SALT_BYTES) throw new RangeError('a salt has 16 bytes');
  const opening = { salt: Buffer.from(salt).toString('base64url'), value };
  return { hash: digest(salt, value).toString('base64url'), opening };
}

/**
 * Whether an opening is the one behind a hash. Openings come from outside the record: any shape of text is answered,
 * none throws. In constant time, so that nobody who may only ask learns a hash by asking.
 */
export function fits(recorded: string, { salt, value }: Opening): boolean {
  const saltBytes = Buffer.from(salt, 'base64url');
  // Without a fixed length, bytes could move from the salt to the value and still give the same hash.
  const wellFormed = saltBytes.length === SALT_BYTES && saltBytes.toString('base64url') === salt;
  const stated = Buffer.from(recorded, 'base64url');
  const found = digest(saltBytes, value);
  return (
    wellFormed &&
    stated.toString('base64url') === recorded &&
    stated.length === found.length &&
    timingSafeEqual(stated, found)
  );
}

const digest = (salt: Uint8Array, value: string): Buffer =>
  hash('sha256', Buffer.concat([salt, Buffer.from(value)]), 'buffer');
