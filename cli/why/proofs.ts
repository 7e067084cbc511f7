/** That records are in the log: each with the way from its leaf to the signed root. */
import type { Leaf } from '../../core/audit/evidence.ts';
import { type EvidenceBundle, formatBundle } from '../../core/evidence/bundle-file.ts';
import type { Checkpoint } from '../../core/evidence/checkpoint.ts';
import { leafHash } from '../../core/evidence/merkle.ts';
import { nodesOf } from '../../core/evidence/node-reader.ts';
import { inclusionSteps, type ProofStep, proveInclusion } from '../../core/evidence/proofs.ts';
import type { ProvenTiles } from '../../core/evidence/proven-tiles.ts';
import { entryOf } from '../../core/evidence/segment.ts';
import { formatTlogProof } from '../../core/evidence/tlog-proof.ts';

export interface Proven {
  readonly leaf: Leaf;
  /** Siblings, from the leaf up. */
  readonly proof: readonly Uint8Array[];
  readonly steps: readonly ProofStep[];
}

/**
 * @param checkpoint - Signed by the log's key.
 * @returns those of the leaves that are proven, in their order.
 * @throws Fault `evidence_unavailable` where a tile is gone that was there a moment ago.
 */
export async function proofsOf(
  leaves: readonly Leaf[],
  { size }: Checkpoint,
  { proven }: ProvenTiles,
): Promise<readonly Proven[]> {
  const node = nodesOf(proven);
  const proofs: Proven[] = [];
  for (const leaf of leaves) {
    if (!leaf.proven) continue;
    const proof = await proveInclusion(leaf.index, size, node);
    const steps = inclusionSteps({ index: leaf.index, size, leaf: leafHash(entryOf(leaf.body)), proof });
    if (steps !== null) proofs.push({ leaf, proof, steps });
  }
  return proofs;
}

/** @param checkpoint - As it was published. @returns the file's text; `null`: there is nothing to put in. */
export function bundleOf(proofs: readonly Proven[], checkpoint: Uint8Array, vkey: string): string | null {
  const records: EvidenceBundle['records'] = proofs.map(({ leaf: { index, body }, proof }) => ({
    body,
    receipt: formatTlogProof({ index, proof, checkpoint }),
  }));
  if (records.length === 0) return null;
  const bundle = { vkey, checkpoint: Buffer.from(checkpoint).toString(), records };
  return formatBundle({ format: 'writ-evidence-bundle/v1', ...bundle });
}
