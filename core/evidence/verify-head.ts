import { Fault } from '../fault.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { OpenLog } from './load.ts';
import { sameHash } from './merkle.ts';
import { nodesOf } from './node-reader.ts';
import { rootAt } from './proofs.ts';

/**
 * Whether the log begins with the tree of an earlier checkpoint: its root, made anew from the log's proven tiles. Whoever has
 * the tiles needs no consistency proof: it would be made from the same hashes.
 *
 * @returns what does not hold; `null`: it does.
 */
export async function headFlaw(earlier: Checkpoint, { checkpoint, tiles }: OpenLog): Promise<string | null> {
  if (checkpoint === null) return 'the log has no checkpoint to compare it with';
  if (earlier.size > checkpoint.size) {
    return `it has ${earlier.size} leaves, and the log ${checkpoint.size}: leaves were removed, or an older checkpoint was put back`;
  }
  if (earlier.size === checkpoint.size) {
    return sameHash(earlier.root, checkpoint.root)
      ? null
      : 'another root of the same size: the log has two histories';
  }
  const root = await rootOfBeginning(earlier.size, tiles.proven);
  if (root === null) return 'its tree cannot be made anew: tiles are missing or not proven';
  return sameHash(root, earlier.root)
    ? null
    : 'the log does not begin with its tree: the log has two histories';
}

async function rootOfBeginning(size: number, tiles: OpenLog['tiles']['proven']): Promise<Uint8Array | null> {
  try {
    return await rootAt(size, nodesOf(tiles));
  } catch (caught) {
    if (caught instanceof Fault && caught.code === 'evidence_unavailable') return null;
    throw caught;
  }
}
