import * as z from 'zod/mini';
import { decodeUtf8 } from '../encoding/utf8.ts';
import type { Checkpoint } from './checkpoint.ts';
import { entryOf } from './segment.ts';
import { type ReceiptFlaw, verifyReceipt } from './tlog-proof.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * One file with which somebody who has nothing else checks that records are in the log: what `writ why --bundle` writes, and
 * `writ verify` reads. Every receipt is for one and the same checkpoint.
 */
export const EvidenceBundle = z.strictObject({
  format: z.literal('writ-evidence-bundle/v1'),
  /** The log's verifier key, for convenience: it says whose log this is only to who has it from elsewhere too. */
  vkey: z.string(),
  /** The signed checkpoint, as it was published. */
  checkpoint: z.string(),
  records: z
    .array(
      z.strictObject({
        /** As in the ledger, byte for byte. */
        body: z.string(),
        /** C2SP tlog-proof. */
        receipt: z.string(),
      }),
    )
    .check(z.minLength(1), z.maxLength(10_000)),
});
export type EvidenceBundle = z.infer<typeof EvidenceBundle>;

/** The longest that is read, bytes: ours; a writ's records have some kilobytes. */
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

export const formatBundle = (bundle: EvidenceBundle): string => `${JSON.stringify(bundle, null, 1)}\n`;

/** @returns `null`: no such file. Nothing of it is verified. */
export function parseBundle(bytes: Uint8Array): EvidenceBundle | null {
  const text = bytes.length <= MAX_BUNDLE_BYTES ? decodeUtf8(bytes) : null;
  try {
    const read = EvidenceBundle.safeParse(JSON.parse(text ?? ''));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

export interface ReceiptCheck {
  readonly body: string;
  /** Of the leaf; `null` where it is not shown that there is one. */
  readonly index: number | null;
  readonly checkpoint: Checkpoint | null;
  readonly flaw: ReceiptFlaw | 'of_another_checkpoint' | null;
}

/** One check for each record, in their order. */
export const verifyBundle = (
  { records, checkpoint }: EvidenceBundle,
  key: VerifierKey,
): readonly ReceiptCheck[] =>
  records.map(({ body, receipt }) => {
    const checked = checkReceipt(Buffer.from(receipt), body, key);
    return checked.flaw === null && !receipt.endsWith(`\n\n${checkpoint}`)
      ? { ...checked, flaw: 'of_another_checkpoint' }
      : checked;
  });

/** One record and its receipt. */
export function checkReceipt(receipt: Uint8Array, body: string, key: VerifierKey): ReceiptCheck {
  const verified = verifyReceipt(receipt, entryOf(body), key);
  return 'flaw' in verified
    ? { body, index: null, checkpoint: null, flaw: verified.flaw }
    : { body, index: verified.index, checkpoint: verified.checkpoint, flaw: null };
}
