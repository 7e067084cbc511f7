import { base64, decodeBase64 } from '../encoding/base64.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { type Checkpoint, type CheckpointFlaw, openCheckpoint } from './checkpoint.ts';
import { HASH_BYTES, leafHash } from './merkle.ts';
import { verifyInclusion } from './proofs.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * A receipt (C2SP tlog-proof): shows offline that a record is in a log of which one knows the key.
 *
 *     c2sp.org/tlog-proof@v1
 *     index <N>
 *     <base64 hash>…
 *     <empty line>
 *     <signed checkpoint>
 */
export interface TlogProof {
  readonly index: number;
  /** Audit path, from the leaf up. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, as it was published. */
  readonly checkpoint: Uint8Array;
}

const MAGIC = 'c2sp.org/tlog-proof@v1';
/** The path in a tree of 2^53 leaves; and what the format allows. */
const MAX_HASHES = 63;
const MAX_PROOF_BYTES = 128 * 1024;

export const formatTlogProof = ({ index, proof, checkpoint }: TlogProof): string =>
  [MAGIC, `index ${index}`, ...proof.map(base64), '', Buffer.from(checkpoint).toString()].join('\n');

/** @returns `null`: not a proof of this format. Nothing of it is verified. */
export function parseTlogProof(bytes: Uint8Array): TlogProof | null {
  const text = bytes.length <= MAX_PROOF_BYTES ? decodeUtf8(bytes) : null;
  const split = text?.indexOf('\n\n') ?? -1;
  if (text === null || split < 0) return null;
  const [magic, ...rest] = text.slice(0, split).split('\n');
  // What a log adds for its own use; it says nothing to us.
  if (/^extra [\w+/=]*$/.test(rest[0] ?? '')) rest.shift();
  const [indexLine = '', ...hashes] = rest;
  const [, digits] = /^index (0|[1-9][0-9]{0,15})$/.exec(indexLine) ?? [];
  const proof = hashes.map(decodeBase64);
  if (magic !== MAGIC || digits === undefined || proof.length > MAX_HASHES || !proof.every(isHash))
    return null;
  return { index: Number(digits), proof, checkpoint: Buffer.from(text.slice(split + 2)) };
}

const isHash = (bytes: Uint8Array | null): bytes is Uint8Array => bytes?.length === HASH_BYTES;

export type ReceiptFlaw = CheckpointFlaw | 'no_proof' | 'not_this_record';

/**
 * Whether a record's body is in the log of that key.
 *
 * @param receipt - Bytes of a tlog-proof.
 * @param entry - The body's bytes, as in the ledger.
 */
export function verifyReceipt(
  receipt: Uint8Array,
  entry: Uint8Array,
  key: VerifierKey,
):
  | { readonly checkpoint: Checkpoint; readonly index: number; readonly proof: readonly Uint8Array[] }
  | { readonly flaw: ReceiptFlaw } {
  const parsed = parseTlogProof(receipt);
  if (parsed === null) return { flaw: 'no_proof' };
  const opened = openCheckpoint(parsed.checkpoint, key);
  if ('flaw' in opened) return opened;
  const { index, proof } = parsed;
  const { checkpoint } = opened;
  const holds = verifyInclusion({ index, proof, leaf: leafHash(entry), ...checkpoint });
  return holds ? { checkpoint, index, proof } : { flaw: 'not_this_record' };
}
