/** Bytes of a trail file as they were before gzip, chunk by chunk or as a whole. */
import { once } from 'node:events';
import { createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import type { FileDamage } from '../../core/audit/result.ts';

const CHUNK_BYTES = 256 * 1024;

/** RFC 1952 §2.3.1. By its bytes: names lie. */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** @param most - Bytes. @returns `null`: it would be more, or is damaged. */
export function unpackWhole(packed: Buffer, most: number): Buffer | null {
  if (!isGzip(packed)) return packed.length > most ? null : packed;
  try {
    return gunzipSync(packed, { maxOutputLength: most, chunkSize: Math.min(most, statedSize(packed)) });
  } catch {
    return null;
  }
}

/**
 * RFC 1952 §2.3.1, ISIZE: what the last member unpacks to. A file that lies costs itself some time: this is only how much
 * is asked for at once.
 */
const statedSize = (packed: Buffer): number =>
  Math.max(CHUNK_BYTES, packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4) + 1);

/**
 * @param packed - Chunks; all are taken, also behind a break.
 * @returns what a gzip stream holds up to where it breaks off, and then why; anything else as it is.
 */
export async function* unpack(packed: Iterator<Buffer>): AsyncGenerator<Buffer, FileDamage | null> {
  const first = packed.next();
  if (first.done === true) return null;
  if (!isGzip(first.value)) {
    for (let chunk: Buffer | null = first.value; chunk !== null; chunk = nextOf(packed)) yield chunk;
    return null;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const feeding = feed(gunzip, first.value, packed);
  try {
    for await (const bytes of gunzip as AsyncIterable<Buffer>) yield bytes;
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'Z_BUF_ERROR' ? 'truncated' : 'gzip';
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function feed(gunzip: Gunzip, first: Buffer, packed: Iterator<Buffer>): Promise<void> {
  const closed = once(gunzip, 'close').catch(() => undefined);
  for (let chunk: Buffer | null = first; chunk !== null; chunk = nextOf(packed)) {
    // Behind a break the rest is read for the file's hash only.
    if (gunzip.destroyed || gunzip.write(chunk)) continue;
    await Promise.race([once(gunzip, 'drain').catch(() => undefined), closed]);
  }
  if (!gunzip.destroyed) gunzip.end();
}

function nextOf(packed: Iterator<Buffer>): Buffer | null {
  const next = packed.next();
  return next.done === true ? null : next.value;
}
