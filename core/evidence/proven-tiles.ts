import type { LogFlaw } from '../audit/evidence.ts';
import type { Checkpoint } from './checkpoint.ts';
import { append, rootOf, sameHash } from './merkle.ts';
import { type TileReader, tileReader } from './node-reader.ts';
import type { LogReader } from './ports.ts';
import { hashesAt, levelsOf, TILE_WIDTH, tilePath, widthOf } from './tiles.ts';

/** A tile, and whether its hashes lead to the signed root. */
export interface JudgedTile {
  /** `null`: it is missing, or no row of hashes. */
  readonly hashes: readonly Uint8Array[] | null;
  readonly proven: boolean;
}

export interface ProvenTiles {
  /** The tile as it lies there, judged. Flaws are told once, where they are met first. */
  judge(level: number, index: number): Promise<JudgedTile>;
  /** Only tiles that are proven. */
  readonly proven: TileReader;
}

/** The right-most partial tiles as they were read once: one of a level at most, kept as long as the verdict on them. */
interface Edge {
  readonly partial: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly leads: boolean;
}

/** Verdicts kept at once: ours; leaves in order need one for each level. */
const KEPT = 64;

/**
 * The tiles of a checkpoint's tree, from the root down: all the right-most partial ones together lead to the root, or none of
 * them is worth anything; a full one is proven by the hash that a proven tile one level up has of it. So a tile is read
 * whenever something below it is, and memory does not grow with the log.
 *
 * @param tell - Called with each flaw.
 */
export function provenTiles(
  reader: LogReader,
  { size, root }: Checkpoint,
  tell: (flaw: LogFlaw) => void,
): ProvenTiles {
  const tile = tileReader(reader, size);
  const kept = new Map<string, Promise<JudgedTile>>();
  let edge: Promise<Edge> | undefined;

  const judge = (level: number, index: number): Promise<JudgedTile> => {
    const name = `${level}/${index}`;
    const found = kept.get(name) ?? judgeAnew(level, index);
    kept.delete(name);
    kept.set(name, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
    return found;
  };

  async function judgeAnew(level: number, index: number): Promise<JudgedTile> {
    const width = widthOf(level, index, size);
    if (width < TILE_WIDTH) {
      edge ??= readEdge();
      const { partial, leads } = await edge;
      // What was checked, never a second reading: a store can answer differently each time.
      const hashes = (width > 0 ? partial.get(level) : null) ?? null;
      return { hashes, proven: leads && hashes !== null };
    }
    const hashes = await tile(level, index);
    const parent = await judge(level + 1, Math.floor(index / TILE_WIDTH));
    if (hashes === null) {
      tell({ where: tilePath(level, index), flaw: NO_TILE });
      return { hashes, proven: false };
    }
    const expected = parent.hashes?.[index % TILE_WIDTH];
    const leads = expected !== undefined && sameHash(rootOf(append([], 0, hashes)), expected);
    // Where the parent itself proves nothing, the flaw is the parent's, and has been told.
    if (parent.proven && !leads)
      tell({ where: tilePath(level, index), flaw: 'does not hash to what the tile above it says' });
    return { hashes, proven: parent.proven && leads };
  }

  async function readEdge(): Promise<Edge> {
    const partial = new Map<number, readonly Uint8Array[]>();
    const found: Uint8Array[] = [];
    let whole = true;
    for (let level = levelsOf(size) - 1; level >= 0; level--) {
      const count = hashesAt(level, size);
      const width = count % TILE_WIDTH;
      if (width === 0) continue;
      const index = Math.floor(count / TILE_WIDTH);
      const hashes = await tile(level, index);
      if (hashes === null) {
        whole = false;
        tell({ where: tilePath(level, index, width), flaw: NO_TILE });
        continue;
      }
      partial.set(level, hashes);
      found.push(...append([], 0, hashes));
    }
    const leads = whole && sameHash(rootOf(found), root);
    if (whole && !leads)
      tell({ where: 'checkpoint', flaw: 'the tiles at the right edge do not lead to its root' });
    return { partial, leads };
  }

  return {
    judge,
    proven: async (level, index) => {
      const { hashes, proven } = await judge(level, index);
      return proven ? hashes : null;
    },
  };
}

const NO_TILE = 'missing, cut short, or no row of hashes';
