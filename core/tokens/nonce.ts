import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { decodeBase64url } from '../encoding/base64url.ts';
import { Fault } from '../fault.ts';
import { CLOCK_SKEW_SECONDS, NONCE_KEY_BYTES, NONCE_SECONDS } from '../limits.ts';

export type NonceCheck = { readonly ok: true; readonly at: number; readonly until: number } | 'stale' | 'bad';

const NONCE = /^([0-9a-z]{1,10})\.([\w-]{43})$/;

/**
 * The server's nonce (RFC 9449 §8): a time and its HMAC, so that nothing has to be stored. It carries our clock to
 * the client and back: whatever its own clock says, a proof with it was made after `now` (rule 6).
 *
 * @param keys - Current key first.
 * @param now - NumericDate.
 * @returns `<time, base36>.<base64url of HMAC-SHA-256>`.
 * @throws Fault `nonce_keys_unavailable` without a usable key.
 */
export function makeNonce(keys: readonly KeyObject[], now: number): string {
  const [current] = usable(keys);
  if (current === undefined) throw new Fault('nonce_keys_unavailable');
  const time = now.toString(36);
  return `${time}.${mac(current, time).toString('base64url')}`;
}

/**
 * @returns when it was made and the NumericDate from which it is refused; `stale` for one of ours that is over;
 *   `bad` for one that is not ours: not by current or previous key, or not in the one spelling we write.
 * @throws Fault `nonce_keys_unavailable`.
 */
export function checkNonce(nonce: string, keys: readonly KeyObject[], now: number): NonceCheck {
  const trusted = usable(keys);
  const [, time, tag] = NONCE.exec(nonce) ?? [];
  const given = tag === undefined ? null : decodeBase64url(tag);
  if (time === undefined || given === null) return 'bad';
  // Every key is tried, and each comparison takes the same time wherever the bytes differ.
  const matches = trusted.map((key) => timingSafeEqual(mac(key, time), given));
  if (!matches.includes(true)) return 'bad';

  const at = Number.parseInt(time, 36);
  // Another of our machines may be slightly ahead; more than that, one of our clocks is wrong.
  if (at > now + CLOCK_SKEW_SECONDS) return 'bad';
  const until = at + NONCE_SECONDS;
  return now < until ? { ok: true, at, until } : 'stale';
}

function usable(keys: readonly KeyObject[]): readonly KeyObject[] {
  if (keys.length === 0 || keys.some((key) => !isLongEnough(key))) {
    throw new Fault('nonce_keys_unavailable');
  }
  return keys;
}

/** A key of another kind, a public one say, has no such size at all. */
const isLongEnough = ({ symmetricKeySize = 0 }: KeyObject): boolean => symmetricKeySize >= NONCE_KEY_BYTES;

/** The label keeps these HMACs apart from any other that the same key might ever make. */
const mac = (key: KeyObject, time: string): Buffer =>
  createHmac('sha256', key).update(`writ nonce ${time}`).digest();
