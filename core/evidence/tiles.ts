/** Where the tree lies: C2SP tlog-tiles. A tile holds up to 256 hashes of one level, a bundle up to 256 entries. */
import { HASH_BYTES } from './merkle.ts';

/** Hashes of a full tile; a tile's levels are eight of the tree's (2^8 = 256). */
export const TILE_WIDTH = 256;
export const TILE_LEVELS = 8;
/** An entry's length stands in 16 bits before it. */
export const MAX_ENTRY_BYTES = 0xffff;
const LENGTH_BYTES = 2;

/**
 * `tile/<L>/<N>`, and `.p/<W>` of a partial one.
 *
 * @param width - Hashes in it, 1 to 256.
 */
export const tilePath = (level: number, index: number, width: number = TILE_WIDTH): string =>
  `tile/${level}/${place(index, width)}`;

/** `tile/entries/<N>`, and `.p/<W>` of a partial one. */
export const bundlePath = (index: number, width: number = TILE_WIDTH): string =>
  `tile/entries/${place(index, width)}`;

function place(index: number, width: number): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('no index of a tile');
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw new RangeError('no width of a tile');
  return width === TILE_WIDTH ? groups(index) : `${groups(index)}.p/${width}`;
}

/** Three digits each, all but the last with an `x`: 1234067 is `x001/x234/067`. */
function groups(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const parts = padded.match(/[0-9]{3}/g) ?? [];
  return parts.map((part, at) => (at < parts.length - 1 ? `x${part}` : part)).join('/');
}

/** Hashes of one level of tiles in a tree of so many leaves: of level L each stands for 256^L leaves. */
export const hashesAt = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** Tile levels of a tree: that of its leaves, and one more for each whole 256^L. */
export function levelsOf(size: number): number {
  let levels = 0;
  while (hashesAt(levels, size) > 0) levels++;
  return levels;
}

/** How wide a tile (or of level 0 its bundle) of the tree is; 0: it is not in it. */
export const widthOf = (level: number, index: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH));

export interface TilePlace {
  /** `entries`: a bundle. */
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

const TILE_PATH =
  /^(?:tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?)$/;

/** @returns `null`: no tile's or bundle's path, or not its canonical spelling. */
export function parseTilePath(path: string): TilePlace | null {
  const [, level, digits, width] = TILE_PATH.exec(path) ?? [];
  if (level === undefined || digits === undefined) return null;
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const wide = width === undefined ? TILE_WIDTH : Number(width);
  if (!Number.isSafeInteger(index) || wide < 1 || wide > TILE_WIDTH) return null;
  const found = { level: level === 'entries' ? level : Number(level), index, width: wide } as const;
  const canonical = found.level === 'entries' ? bundlePath(index, wide) : tilePath(found.level, index, wide);
  return canonical === path ? found : null;
}

/**
 * The hashes of a tile.
 *
 * @returns `null` where it is shorter than `width` hashes or is no row of hashes. A wider one is cut: a full tile stands for
 *   each of its partial ones.
 */
export function decodeTile(bytes: Uint8Array, width: number): readonly Uint8Array[] | null {
  const whole = bytes.length % HASH_BYTES === 0 && bytes.length <= TILE_WIDTH * HASH_BYTES;
  if (!whole || bytes.length < width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** @throws RangeError for more than 256 entries, or one beyond 65,535 bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) throw new RangeError('more entries than a bundle holds');
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new RangeError('entry too long');
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/**
 * The entries of a bundle.
 *
 * @param width - Entries that there must be. Whatever a bundle says of itself, no more are read.
 * @returns as many as could be read; `flaw` says why that is not all. Bytes behind the last entry are a flaw unless the
 *   bundle is read for a smaller tree than it holds (`orMore`).
 */
export function decodeBundle(
  bytes: Uint8Array,
  width: number,
  orMore = false,
): { readonly entries: readonly Uint8Array[]; readonly flaw: 'truncated' | 'trailing_bytes' | null } {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < width) {
    const [high, low] = bytes.subarray(at, at + LENGTH_BYTES);
    const from = at + LENGTH_BYTES;
    if (high === undefined || low === undefined) return { entries, flaw: 'truncated' };
    at = from + high * 256 + low;
    if (at > bytes.length) return { entries, flaw: 'truncated' };
    entries.push(bytes.subarray(from, at));
  }
  return { entries, flaw: at === bytes.length || orMore ? null : 'trailing_bytes' };
}
