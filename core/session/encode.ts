/**
 * Writes names of any spelling in the narrow alphabets of STS, so that two names never share a spelling.
 *
 * One scheme, two alphabets. A character outside the alphabet, and the escape character itself, becomes the
 * escape and two lower-case hex digits for each byte of its UTF-8. What would be too long is cut between two
 * characters and ends in escape, `h` and 128 bits of SHA-256 of the original. `h` is no hex digit, so a cut name
 * is never also the spelling of a short one.
 */
import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { MAX_LABEL_CHARS, MAX_TAG_VALUE_BYTES } from '../limits.ts';
import { base32 } from '../writ-id.ts';

interface Alphabet {
  /** Characters that stand for themselves. */
  readonly plain: RegExp;
  readonly escape: '=' | '-';
  /** Bytes of UTF-8. */
  readonly longest: number;
}

/** STS `Tags[].Value` is `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`; `=` is our escape. */
const TAG: Alphabet = { plain: /^[\p{L}\p{Z}\p{N}_.:/+\-@]*$/u, escape: '=', longest: MAX_TAG_VALUE_BYTES };

/** STS names are `[\w+=,.@-]`; `+` divides label from writ id, `-` is our escape. */
const LABEL: Alphabet = { plain: /^[A-Za-z0-9_.@]*$/, escape: '-', longest: MAX_LABEL_CHARS };

/** What `Issuer.alias` is made of: without a colon, or `a` + `b:c` and `a:b` + `c` would be one tag. */
export const ALIAS_PATTERN = '[a-z][a-z0-9-]{0,15}';
export const ALIAS = new RegExp(`^${ALIAS_PATTERN}$`);

/** Bytes of a hash that end a cut name. */
const TAIL_BYTES = 16;

/**
 * A session tag's value: at most MAX_TAG_VALUE_BYTES bytes, injective up to a collision in 128 bits of SHA-256.
 * Total: takes NUL and lone surrogates too. Only the empty text gives the empty value, which no role's trust takes.
 */
export function tagValue(text: string): string {
  return encode(text, TAG);
}

/**
 * The tag of a user, device or workload: the encoding of `<alias>:<value>`.
 *
 * @param alias - The issuer's alias in the configuration.
 * @param value - The claim that names the identity at that issuer, as it stands in the token.
 * @throws Fault `misconfigured` for an alias that could blur where the alias ends.
 */
export function identityTag(alias: string, value: string): string {
  if (!ALIAS.test(alias)) throw new Fault('misconfigured');
  return tagValue(`${alias}:${value}`);
}

const SPELLED = String.raw`(?:[\p{L}\p{Z}\p{N}_.:/+\-@]|=[0-9a-f]{2})*(?:=h[0-9a-hjkmnp-tv-z]{26})?`;
const IDENTITY_TAG = new RegExp(`^${ALIAS_PATTERN}:${SPELLED}$`, 'u');
const TAG_VALUE = new RegExp(`^${SPELLED}$`, 'u');

/** Whether a text could be a tag that `identityTag` made: what else it spells, no identity ever has. */
export function isIdentityTag(text: string): boolean {
  return IDENTITY_TAG.test(text) && Buffer.byteLength(text) <= MAX_TAG_VALUE_BYTES;
}

/** Whether a text could be a tag's value that `tagValue` made, and is not empty. */
export function isTagValue(text: string): boolean {
  return text !== '' && TAG_VALUE.test(text) && Buffer.byteLength(text) <= MAX_TAG_VALUE_BYTES;
}

/** Handle or agent in a session's name: `[A-Za-z0-9_.@-]`, at most MAX_LABEL_CHARS, never a `+`. Injective likewise. */
export function label(text: string): string {
  return encode(text, LABEL);
}

/**
 * The beginning of a purpose, for people who read CloudTrail: the tag alphabet, at most MAX_TAG_VALUE_BYTES bytes.
 * Two purposes may share it, so it authorises nothing and nothing may be revoked by it; the ledger has the whole.
 */
export function cutPurpose(text: string): string {
  return head(spell(text, TAG), TAG.longest);
}

function encode(text: string, alphabet: Alphabet): string {
  // Most names are plain and short, and spelled as they are.
  if (alphabet.plain.test(text) && Buffer.byteLength(text) <= alphabet.longest) return text;
  const spelled = spell(text, alphabet);
  const whole = spelled.join('');
  if (Buffer.byteLength(whole) <= alphabet.longest) return whole;
  const digest = hash('sha256', utf8(text), 'buffer');
  const tail = `${alphabet.escape}h${base32(digest.subarray(0, TAIL_BYTES))}`;
  return head(spelled, alphabet.longest - tail.length) + tail;
}

/** One element per character, so that a cut between elements breaks neither a character nor its escape. */
function spell(text: string, alphabet: Alphabet): string[] {
  return Array.from(text, (character) =>
    alphabet.plain.test(character)
      ? character
      : utf8(character).reduce((out, byte) => out + alphabet.escape + byte.toString(16).padStart(2, '0'), ''),
  );
}

function head(spelled: readonly string[], longest: number): string {
  let text = '';
  let bytes = 0;
  for (const part of spelled) {
    bytes += Buffer.byteLength(part);
    if (bytes > longest) break;
    text += part;
  }
  return text;
}

/**
 * UTF-8, and for a lone surrogate the three bytes that UTF-8's rule gives its number. An encoder would replace
 * each by U+FFFD, and two users who differ there only would become one.
 */
function utf8(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (character) => {
      if (character.isWellFormed()) return Buffer.from(character);
      const code = character.charCodeAt(0);
      return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
    }),
  );
}
