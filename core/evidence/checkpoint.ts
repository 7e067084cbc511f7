import { base64, decodeBase64 } from '../encoding/base64.ts';
import { HASH_BYTES } from './merkle.ts';
import { isNoteOf, parseNote, signNote } from './note.ts';
import type { LogSigner, SizeOf } from './ports.ts';
import { isKeyName, type VerifierKey } from './verifier-key.ts';

/** A tree head (C2SP tlog-checkpoint): which log, how many leaves, which root. */
export interface Checkpoint {
  /** The log's name; also that of the key that signs for it. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Where the newest one lies, the only object that is ever replaced. */
export const CHECKPOINT_PATH = 'checkpoint';
/** Where a verifier key lies, for convenience. */
export const VERIFIER_KEY_PATH = 'log.vkey';
/** Where each one lies that was published. */
export const keptCheckpointPath = (size: number): string => `checkpoints/${twelveDigits(size)}`;

/** Sorts by number wherever names are sorted as text. @throws RangeError beyond twelve digits. */
export function twelveDigits(count: number): string {
  const digits = String(count);
  if (!/^[0-9]{1,12}$/.test(digits)) throw new RangeError('no count of twelve digits');
  return digits.padStart(12, '0');
}

/** The text that is signed. @throws RangeError for an origin that can be none, or a root of another length. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin) || root.length !== HASH_BYTES || !Number.isSafeInteger(size) || size < 0) {
    throw new RangeError('no checkpoint');
  }
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** @returns `null`: not a checkpoint. Further lines are extensions, and are allowed. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const lines = text.split('\n');
  const [origin = '', digits = '', encoded = ''] = lines;
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  const root = decodeBase64(encoded);
  const ended = lines.pop() === '' && lines.length >= 3 && lines.every((line) => line !== '');
  if (!ended || !isKeyName(origin) || !Number.isSafeInteger(size) || root?.length !== HASH_BYTES) return null;
  return { origin, size, root };
}

export type CheckpointFlaw = 'no_checkpoint' | 'not_signed_by_key' | 'of_another_log';

/**
 * A checkpoint that the key signed.
 *
 * @param key - The log's; its name is the origin that the checkpoint must have.
 */
export function openCheckpoint(
  bytes: Uint8Array,
  key: VerifierKey,
): { readonly checkpoint: Checkpoint } | { readonly flaw: CheckpointFlaw } {
  const note = parseNote(bytes);
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (note === null || checkpoint === null) return { flaw: 'no_checkpoint' };
  if (checkpoint.origin !== key.name) return { flaw: 'of_another_log' };
  return isNoteOf(key, note) ? { checkpoint } : { flaw: 'not_signed_by_key' };
}

/** Leaves of a checkpoint that the key signed; -1: it is none, and whoever wrote it there holds nobody up. */
export const sizeUnder =
  (key: VerifierKey): SizeOf =>
  (bytes) => {
    const opened = openCheckpoint(bytes, key);
    return 'flaw' in opened ? -1 : opened.checkpoint.size;
  };

/** @returns the bytes of `checkpoint`. @throws Fault `signing_unavailable`. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: LogSigner): Promise<Uint8Array> =>
  signNote(formatCheckpoint(checkpoint), checkpoint.origin, signer);
