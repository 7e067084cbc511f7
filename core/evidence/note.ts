import { base64, decodeBase64 } from '../encoding/base64.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import type { LogSigner } from './ports.ts';
import { ed25519KeyId, isKeyName, isSignedBy, type VerifierKey } from './verifier-key.ts';

/** A signed note (C2SP signed-note): text that ends in a line feed, an empty line, signature lines. */
export interface SignedNote {
  /** What is signed, its last line feed included. Nothing is known of it until a signature has been verified. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** Four bytes. */
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signature lines that are looked at: the format asks for 16 at least. */
const MAX_SIGNATURES = 64;
/** A note is a checkpoint with its signatures: some hundred bytes. */
const MAX_NOTE_BYTES = 64 * 1024;
const ID_BYTES = 4;

/** @returns `null`: not a signed note, or one with no signature at all. */
export function parseNote(bytes: Uint8Array): SignedNote | null {
  const whole = bytes.length <= MAX_NOTE_BYTES ? decodeUtf8(bytes) : null;
  const split = whole?.lastIndexOf('\n\n') ?? -1;
  // Control characters other than the line feed are forbidden: they would let a note look like another one.
  if (whole === null || split < 1 || /[^\P{Cc}\n]/u.test(whole) || !whole.endsWith('\n')) return null;
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures = lines.map(signatureIn);
  if (!signatures.every((signature) => signature !== null)) return null;
  return { text: whole.slice(0, split + 1), signatures };
}

function signatureIn(line: string): NoteSignature | null {
  const [dash, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = decodeBase64(encoded);
  if (dash !== '—' || more.length > 0 || !isKeyName(name) || bytes === null || bytes.length <= ID_BYTES)
    return null;
  return { name, id: bytes.subarray(0, ID_BYTES), signature: bytes.subarray(ID_BYTES) };
}

/**
 * Whether the key signed the note. Signatures of keys that nobody asked about are ignored (witnesses, a second algorithm); one
 * that names this key and is wrong spoils the note, as the format demands.
 */
export function isNoteOf(key: VerifierKey, { text, signatures }: SignedNote): boolean {
  const ours = signatures.filter(({ name, id }) => name === key.name && Buffer.compare(id, key.id) === 0);
  const message = Buffer.from(text);
  return ours.length > 0 && ours.every(({ signature }) => isSignedBy(key, message, signature));
}

/**
 * @param text - Ends in a line feed.
 * @param name - The key's: of a log its origin.
 * @throws Fault `signing_unavailable`; RangeError for text or a name that no note can have.
 */
export async function signNote(text: string, name: string, signer: LogSigner): Promise<Uint8Array> {
  if (!text.endsWith('\n') || text.includes('\n\n') || !isKeyName(name)) throw new RangeError('no note');
  const signature = await signer.sign(Buffer.from(text));
  const line = base64(Buffer.concat([ed25519KeyId(name, signer.publicKey), signature]));
  return Buffer.from(`${text}\n— ${name} ${line}\n`);
}
