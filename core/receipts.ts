/** GET /receipts/{id}: proofs that the records of a writ, a revocation, an enrolment or a forgetting are in the log. Hashes only. */
import { CHECKPOINT_PATH, parseCheckpoint } from './evidence/checkpoint.ts';
import { nodeReader } from './evidence/node-reader.ts';
import { parseNote } from './evidence/note.ts';
import type { LeafIndex, LogReader } from './evidence/ports.ts';
import { proveInclusion } from './evidence/proofs.ts';
import { formatTlogProof } from './evidence/tlog-proof.ts';
import { Fault } from './fault.ts';
import { enrolmentKey, forgottenKey, revocationKey, writKey } from './ledger/keys.ts';
import { WRIT_ID } from './writ-id.ts';

export interface ReceiptPorts {
  readonly log: LogReader;
  readonly index: Pick<LeafIndex, 'of'>;
}

export interface Receipts {
  /** The signed checkpoint that all of them lead to, as it was published. */
  readonly checkpoint: string;
  /** Oldest first. */
  readonly entries: readonly Receipt[];
}

export interface Receipt {
  /** Where the record stands in the ledger; of what was done to it that nobody may do, `sk` ends in `#tamper`. */
  readonly pk: string;
  readonly sk: string;
  readonly index: number;
  /** RFC 6962 leaf hash of the record's body, lower-case hex. */
  readonly leaf: string;
  /** C2SP tlog-proof. */
  readonly proof: string;
}

/**
 * @param id - Whatever the caller named.
 * @returns `null`: there is none of that id in a published checkpoint, yet or at all.
 * @throws Fault `ledger_unavailable`, `evidence_unavailable`.
 */
export async function receipts(id: string, { log, index }: ReceiptPorts): Promise<Receipts | null> {
  if (!WRIT_ID.test(id)) return null;
  const places = [writKey(id), revocationKey(id), enrolmentKey(id), forgottenKey(id)];
  const leaves = (await Promise.all(places.map((pk) => index.of(pk)))).flat();
  if (leaves.length === 0) return null;
  // Read after the index, which has what was published before: all of them are in it.
  const checkpoint = await log.read(CHECKPOINT_PATH);
  const size = checkpoint === null ? undefined : sizeOf(checkpoint);
  if (checkpoint === null || size === undefined) throw new Fault('evidence_unavailable');
  const node = nodeReader(log, size);
  const entries: Receipt[] = [];
  for (const { pk, sk, index: at, leaf } of leaves.sort((one, other) => one.index - other.index)) {
    if (at >= size) throw new Fault('evidence_unavailable');
    const proof = formatTlogProof({ index: at, proof: await proveInclusion(at, size, node), checkpoint });
    entries.push({ pk, sk, index: at, leaf, proof });
  }
  return { checkpoint: Buffer.from(checkpoint).toString(), entries };
}

function sizeOf(checkpoint: Uint8Array): number | undefined {
  const note = parseNote(checkpoint);
  return note === null ? undefined : parseCheckpoint(note.text)?.size;
}
