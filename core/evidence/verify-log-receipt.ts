import type { Checking } from './checking.ts';
import { openCheckpoint } from './checkpoint.ts';
import { CHECKPOINT_FLAWS } from './load.ts';
import { nodesOf } from './node-reader.ts';
import { verifyInclusion } from './proofs.ts';
import { parseTlogProof } from './tlog-proof.ts';
import { headFlaw } from './verify-head.ts';

/**
 * A receipt beside the whole log: its tree is the log's beginning, and its path leads to that tree's root from the leaf that
 * stands at its index.
 */
export async function verifyLogReceipt(receipt: Uint8Array, checking: Checking): Promise<number> {
  const flaw = await receiptFlaw(receipt, checking);
  if (flaw !== null) checking.log.tell({ where: 'the receipt', flaw });
  return 1;
}

async function receiptFlaw(receipt: Uint8Array, { log, key }: Checking): Promise<string | null> {
  const parsed = parseTlogProof(receipt);
  if (parsed === null) return 'not a tlog-proof';
  const opened = openCheckpoint(parsed.checkpoint, key);
  if ('flaw' in opened) return `its checkpoint: ${CHECKPOINT_FLAWS[opened.flaw]}`;
  const { checkpoint } = opened;
  const flaw = await headFlaw(checkpoint, log);
  if (flaw !== null) return `its checkpoint: ${flaw}`;
  if (parsed.index >= checkpoint.size) return 'of a leaf that its tree does not have';
  const leaf = await nodesOf(log.tiles.proven)({ level: 0, index: parsed.index }).catch(() => null);
  if (leaf === null) return 'its leaf is not proven in the log';
  return verifyInclusion({ ...parsed, ...checkpoint, leaf })
    ? null
    : 'its path does not lead from the leaf to the root';
}
