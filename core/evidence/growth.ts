import { Fault } from '../fault.ts';
import { append, leafHash, sameHash } from './merkle.ts';
import { readBundle, type TileReader, tileReader } from './node-reader.ts';
import type { LogHead, LogReader, Retention } from './ports.ts';
import { bundlePath, decodeBundle, encodeBundle, hashesAt, TILE_WIDTH, tilePath, widthOf } from './tiles.ts';

/** One object to be created. */
export interface LogObject {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly retention: Retention;
}

/**
 * The tiles and bundles that a log lacks after it has grown: full ones, which then stand for ever, and the partial ones of
 * the new right edge. The same growth gives the same bytes, however often it is asked for.
 *
 * What stands already is read (the partial tiles of the size before) and believed only as far as the head agrees: the tiles
 * must lead to its edge.
 *
 * @param head - Size and edge *after* the growth, as committed.
 * @param entries - Of the new leaves, in order: the log had `head.size - entries.length` before, all of them in tiles.
 * @throws Fault `evidence_unavailable`: a tile or bundle of the size before is missing; `evidence_forked`: they are not
 *   those of this head.
 */
export async function tilesToWrite(
  head: Pick<LogHead, 'size' | 'edge'>,
  entries: readonly Uint8Array[],
  reader: LogReader,
): Promise<readonly LogObject[]> {
  const from = head.size - entries.length;
  if (entries.length === 0) return [];
  const standing = tileReader(reader, from);
  const bundles = await newBundles(from, entries, standing, reader);
  const tiles: LogObject[] = [];
  const edge: Uint8Array[] = [];
  let added: readonly Uint8Array[] = entries.map(leafHash);
  for (let level = 0; hashesAt(level, head.size) > 0; level++) {
    const grown = await growLevel(level, from, added, standing);
    tiles.push(...grown.tiles);
    edge.unshift(...edgeOf(grown.last, hashesAt(level, head.size)));
    added = grown.above;
  }
  const agrees = edge.length === head.edge.length && edge.every((hash, at) => isSame(hash, head.edge[at]));
  if (!agrees) throw new Fault('evidence_forked');
  return [...tiles, ...bundles];
}

const isSame = (hash: Uint8Array, other: Uint8Array | undefined): boolean =>
  other !== undefined && sameHash(hash, other);

/** One level: its tiles from the first that changes on, the hashes of the right-most, and what they add one level up. */
async function growLevel(
  level: number,
  from: number,
  added: readonly Uint8Array[],
  standing: TileReader,
): Promise<{ tiles: readonly LogObject[]; last: readonly Uint8Array[]; above: readonly Uint8Array[] }> {
  const before = hashesAt(level, from);
  const first = Math.floor(before / TILE_WIDTH);
  const begun = before === first * TILE_WIDTH ? [] : await standing(level, first);
  if (begun === null) throw new Fault('evidence_unavailable');
  const hashes = [...begun, ...added];
  const rows = Array.from({ length: Math.ceil(hashes.length / TILE_WIDTH) }, (_, at) =>
    hashes.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH),
  );
  const full = rows.filter((row) => row.length === TILE_WIDTH);
  return {
    tiles:
      added.length === 0
        ? []
        : rows.map((row, at) =>
            object(tilePath(level, first + at, row.length), Buffer.concat(row), row.length),
          ),
    last: rows.at(-1) ?? [],
    above: full.flatMap((row) => append([], 0, row)),
  };
}

/** The part of the edge that a level's right-most tile holds: what of it is not yet a hash one level up. */
const edgeOf = (hashes: readonly Uint8Array[], count: number): readonly Uint8Array[] =>
  append([], 0, hashes.slice(0, count % TILE_WIDTH));

async function newBundles(
  from: number,
  entries: readonly Uint8Array[],
  standing: TileReader,
  reader: LogReader,
): Promise<readonly LogObject[]> {
  const first = Math.floor(from / TILE_WIDTH);
  const all = [...(await begunBundle(first, from, standing, reader)), ...entries];
  return Array.from({ length: Math.ceil(all.length / TILE_WIDTH) }, (_, at) => {
    const row = all.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH);
    return object(bundlePath(first + at, row.length), encodeBundle(row), row.length);
  });
}

/** Entries of the bundle that the growth begins in, each of them the one that its tile names. */
async function begunBundle(
  index: number,
  from: number,
  standing: TileReader,
  reader: LogReader,
): Promise<readonly Uint8Array[]> {
  const width = widthOf(0, index, from);
  if (width === 0) return [];
  const [bundle, tile] = await Promise.all([readBundle(reader, index, width), standing(0, index)]);
  if (bundle === null || tile === null) throw new Fault('evidence_unavailable');
  const { entries, flaw } = decodeBundle(bundle.bytes, width, bundle.orMore);
  const fits = flaw === null && entries.every((entry, at) => isSame(leafHash(entry), tile[at]));
  if (!fits) throw new Fault('evidence_forked');
  return entries;
}

const object = (path: string, bytes: Uint8Array, width: number): LogObject => ({
  path,
  bytes,
  retention: width === TILE_WIDTH ? 'evidence' : 'partial',
});
