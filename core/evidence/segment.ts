import { sha256Hex } from '../encoding/hash.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { twelveDigits } from './checkpoint.ts';
import { MAX_ENTRY_BYTES } from './tiles.ts';

/**
 * A batch as it was committed, one body a line: the durable evidence, of which tiles are but an index. Readable with `jq`, and
 * checked with `sha256sum`, since its name holds its hash.
 */

/**
 * Whether a body can be a leaf as it is: text with a UTF-8 form of 1 to 65,535 bytes, on one line. Every record's is. What the
 * archiver finds that is not becomes a tamper leaf with its hash.
 */
export const isLeafBody = (body: string): boolean =>
  body !== '' && body.isWellFormed() && !/[\r\n]/.test(body) && Buffer.byteLength(body) <= MAX_ENTRY_BYTES;

/** The leaf's entry: its UTF-8 bytes. */
export const entryOf = (body: string): Uint8Array => Buffer.from(body);

/** @throws RangeError for no bodies, or one that can be no leaf. */
export function encodeSegment(bodies: readonly string[]): Uint8Array {
  if (bodies.length === 0 || !bodies.every(isLeafBody)) throw new RangeError('no segment');
  return Buffer.from(bodies.map((body) => `${body}\n`).join(''));
}

/** @param first - Index of its first leaf. */
export const segmentPath = (first: number, bytes: Uint8Array): string =>
  `segments/${twelveDigits(first)}-${sha256Hex(bytes)}.jsonl`;

/** @returns `null`: no segment's path. */
export function parseSegmentPath(path: string): { readonly first: number; readonly sha256: string } | null {
  const [, digits, sha256] = /^segments\/([0-9]{12})-([0-9a-f]{64})\.jsonl$/.exec(path) ?? [];
  return digits === undefined || sha256 === undefined ? null : { first: Number(digits), sha256 };
}

/** The bodies of a segment. @returns `null`: cut short, not UTF-8, empty, or with a line that can be no leaf. */
export function parseSegment(bytes: Uint8Array): readonly string[] | null {
  const text = decodeUtf8(bytes);
  if (text === null || !text.endsWith('\n')) return null;
  const bodies = text.slice(0, -1).split('\n');
  return bodies.every(isLeafBody) ? bodies : null;
}
