/**
 * From the ledger's stream into the evidence log: each new item is a leaf, and whatever else was done to the ledger is one.
 *
 *     stream → leaves (archive/leaf.ts) → one batch, one commit (archive/commit.ts)
 *     every minute: how far has it come (archive/mark.ts)       every hour: table ⇄ leaves (archive/gaps.ts)
 *
 * A batch may come twice, in pieces, out of order, to two archivers at once, and each may end after any step: the log has
 * every leaf once.
 */
import { type CommitPorts, commit } from './archive/commit.ts';
import type { GapPorts } from './archive/gaps.ts';
import { type LedgerChange, leafOf } from './archive/leaf.ts';
import type { MarkPorts } from './archive/mark.ts';

/** Of all three. */
export type ArchiverPorts = CommitPorts & MarkPorts & GapPorts;

export interface Archived {
  /** Leaves that this call added. */
  readonly added: number;
  /**
   * Leaves of the batch that tell of a tampering, added by this call or by one before that did not come to its end: each is
   * an alarm, and one that rings twice is better than none.
   */
  readonly tampered: number;
  /** Leaves of the log. */
  readonly size: number;
}

/**
 * Appends what a batch of the stream tells.
 *
 * @throws Fault as `commit` does: the whole batch is to be delivered again.
 */
export async function archive(changes: readonly LedgerChange[], ports: CommitPorts): Promise<Archived> {
  const leaves = changes.map(leafOf);
  const { added, size } = await commit(leaves, ports);
  return { added: added.length, tampered: leaves.filter(({ tamper }) => tamper !== null).length, size };
}
