/** Crockford's base32, lower case: no i, l, o, u, so that an id survives being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export const WRIT_ID = /^[0-9a-hjkmnp-tv-z]{16}$/;

/** 32 random bits beside the milliseconds; the conditional write that opens a writ makes it unique. */
export const WRIT_ID_RANDOM_BYTES = 4;

/**
 * @param millis - Milliseconds since 1970, 48 bits.
 * @param random - Four random bytes.
 * @returns 16 characters that sort by time. Nothing may authorise by knowing one.
 */
export function writId(millis: number, random: Uint8Array): string {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(millis / 2 ** 32));
  view.setUint32(2, millis >>> 0);
  bytes.set(random.subarray(0, WRIT_ID_RANDOM_BYTES), 6);
  return base32(bytes);
}

/** When the writ of this id was opened, by the clock of whoever opened it. @returns NumericDate. */
export function openedAt(id: string): number {
  // Ten characters are 50 bits: the 48 of the milliseconds, and two of chance.
  const bits = Array.from(id.slice(0, 10)).reduce((sum, each) => sum * 32 + ALPHABET.indexOf(each), 0);
  return Math.floor(bits / 4 / 1000);
}

/** Crockford base32 of whole 5-bit groups, most significant first; the last group is padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET.charAt((held << (5 - bits)) & 31);
  return text;
}
