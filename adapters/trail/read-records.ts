/** The records of one trail file: gzip or plain, and in any of the forms in which CloudTrail's events are kept. */
import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { FileDamage } from '../../core/audit/result.ts';
import { MAX_FILE_BYTES, MAX_RECORD_BYTES } from './pieces.ts';
import { type Found, parse, RecordTaker, recordsOf } from './take-records.ts';
import { unpack, unpackWhole } from './unpack.ts';

export interface FileRead {
  /** Of the bytes as they lie there, hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of what they unpack to, where it was asked for: what CloudTrail's digests name. */
  readonly contentSha256: string | null;
  /** `null`: it was read to its end. */
  readonly damage: FileDamage | null;
}

export interface ReadOptions {
  /** Whether `contentSha256` is wanted. */
  readonly hashContent: boolean;
  /** Up to so many unpacked bytes a file is parsed as a whole. Above `MAX_RECORD_BYTES` forms would differ. */
  readonly wholeBytes?: number;
  /** A file that unpacks to more is not read to its end. */
  readonly mostBytes?: number;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file and tells each record in its order. `{"Records":[…]}`, `[…]`, one event, one of these a line, each event
 * by itself or as `detail` of an EventBridge envelope.
 *
 * An ordinary file is unpacked and parsed as a whole, which is fastest. A large one, or one that is no JSON as a whole,
 * is taken apart record by record, in bounded memory: of a well-formed file both find the same. What is damaged costs
 * itself and what stands behind it, and is told. A name that a document has twice counts once, the last: JSON's usual rule.
 *
 * @param path - A file of this machine. @param onRecord - Called once for each.
 * @throws what the file system says of a file that cannot be opened or read.
 */
export async function readRecords(
  path: string,
  { hashContent, wholeBytes = MAX_RECORD_BYTES, mostBytes = MAX_FILE_BYTES }: ReadOptions,
  onRecord: (found: Found) => void,
): Promise<FileRead> {
  const packed = readOrdinary(path, wholeBytes);
  const whole = packed === null ? null : unpackWhole(packed, wholeBytes);
  const document = whole === null ? undefined : parse(whole);
  if (packed === null || whole === null || document === undefined) {
    return readLarge(path, { hashContent, mostBytes }, onRecord);
  }
  for (const value of recordsOf(document)) onRecord({ value });
  return {
    sha256: hash('sha256', packed, 'hex'),
    bytes: packed.length,
    contentSha256: hashContent ? hash('sha256', whole, 'hex') : null,
    damage: null,
  };
}

/** A file that may well unpack to something ordinary. @returns `null`: it is too large to try. */
function readOrdinary(path: string, most: number): Buffer | null {
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).size > most ? null : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

async function readLarge(
  path: string,
  { hashContent, mostBytes }: { readonly hashContent: boolean; readonly mostBytes: number },
  onRecord: (found: Found) => void,
): Promise<FileRead> {
  const packed = { hash: createHash('sha256'), bytes: 0 };
  const content = { hash: hashContent ? createHash('sha256') : null, bytes: 0 };
  const taker = new RecordTaker(onRecord);
  const chunks = unpack(chunksOf(path, packed));
  let damage: FileDamage | null = null;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) {
      damage ??= next.value;
      break;
    }
    content.bytes += next.value.length;
    if (content.bytes > mostBytes) damage = 'too_large';
    if (damage !== null) continue;
    content.hash?.update(next.value);
    taker.push(next.value);
  }
  const ofForm = taker.end(damage !== null);
  return {
    sha256: packed.hash.digest('hex'),
    bytes: packed.bytes,
    contentSha256: damage === null ? (content.hash?.digest('hex') ?? null) : null,
    damage: damage ?? (content.bytes === 0 ? 'truncated' : ofForm),
  };
}

function* chunksOf(path: string, seen: { readonly hash: Hash; bytes: number }): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(file, chunk);
      if (read === 0) return;
      seen.hash.update(chunk.subarray(0, read));
      seen.bytes += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}
