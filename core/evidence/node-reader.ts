import { Fault } from '../fault.ts';
import { append, HASH_BYTES, type NodeId } from './merkle.ts';
import type { LogReader } from './ports.ts';
import type { NodeReader } from './proofs.ts';
import { bundlePath, decodeTile, TILE_LEVELS, TILE_WIDTH, tilePath, widthOf } from './tiles.ts';

/** Tiles kept at once: ours; a path from a leaf to the root needs eight, and proofs for one leaf after another the same. */
const KEPT = 64;

/**
 * Nodes of a log, out of its tiles as they lie there: nothing is verified.
 *
 * @param size - Leaves of the log: which tiles are partial. Where a partial tile is gone, its full one is read.
 * @throws Fault `evidence_unavailable` from the reader where a tile is missing or is no row of hashes.
 */
export const nodeReader = (reader: LogReader, size: number): NodeReader => nodesOf(tileReader(reader, size));

/** @throws Fault `evidence_unavailable` from the reader where a tile is `null`, or too narrow. */
export const nodesOf =
  (tile: TileReader): NodeReader =>
  async ({ level, index }: NodeId) => {
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const covered = 2 ** (level - tileLevel * TILE_LEVELS);
    const tileIndex = Math.floor((index * covered) / TILE_WIDTH);
    const at = index * covered - tileIndex * TILE_WIDTH;
    const hashes = (await tile(tileLevel, tileIndex)) ?? [];
    const [root] = append([], 0, hashes.slice(at, at + covered));
    if (at + covered > hashes.length || root === undefined) throw new Fault('evidence_unavailable');
    return root;
  };

/** @returns `null`: it is missing, too short, or no row of hashes. */
export type TileReader = (level: number, index: number) => Promise<readonly Uint8Array[] | null>;

/** The tiles of a log of that size, each read once while it is among the newest. */
export function tileReader(reader: LogReader, size: number): TileReader {
  const kept = new Map<string, Promise<readonly Uint8Array[] | null>>();
  return (level, index) => {
    const width = widthOf(level, index, size);
    const path = width === 0 ? '' : tilePath(level, index, width);
    const before = kept.get(path);
    const found = before ?? (width === 0 ? Promise.resolve(null) : readTile(reader, level, index, width));
    kept.delete(path);
    kept.set(path, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
    return found;
  };
}

async function readTile(
  reader: LogReader,
  level: number,
  index: number,
  width: number,
): Promise<readonly Uint8Array[] | null> {
  const partial = await reader.read(tilePath(level, index, width));
  const bytes = partial ?? (width < TILE_WIDTH ? await reader.read(tilePath(level, index)) : null);
  // The object itself has exactly its width; only a full tile stands in for a narrower one.
  if (bytes === null || (bytes === partial && bytes.length !== width * HASH_BYTES)) return null;
  return decodeTile(bytes, width);
}

/**
 * A bundle of the log; where a partial one is gone, its full one.
 *
 * @returns the bytes, and whether they may hold more than `width` entries; `null`: it is missing.
 */
export async function readBundle(
  reader: LogReader,
  index: number,
  width: number,
): Promise<{ readonly bytes: Uint8Array; readonly orMore: boolean } | null> {
  const bytes = await reader.read(bundlePath(index, width));
  if (bytes !== null) return { bytes, orMore: false };
  const full = width < TILE_WIDTH ? await reader.read(bundlePath(index)) : null;
  return full === null ? null : { bytes: full, orMore: true };
}
