import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LogReader, LogStore, Retention } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';
import { EVIDENCE_PUT_TRIES, MAX_EVIDENCE_OBJECT_BYTES, PARTIAL_LOCK_DAYS } from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';

/** How objects are locked (S3 Object Lock): until when nobody, or nobody without a right of its own, may delete them. */
export interface ObjectLock {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

const DAY_MILLIS = 24 * 3600 * 1000;

/**
 * A log's objects in a bucket, read only.
 *
 * @throws Fault `evidence_unavailable` for all but an object that is not there. (Who may not list the bucket is told of that
 *   as *denied*: a reader needs `s3:ListBucket`.)
 */
export function s3EvidenceReader(client: S3Client, bucket: string): LogReader {
  return { read: async (path) => (await get(client, bucket, path))?.bytes ?? null };
}

/**
 * The same to be written: each object once, under a lock (evidence that is locked cannot be lost by us either).
 *
 * Identical bytes under one path are one object: what answers *412* is read back and compared.
 */
export function s3EvidenceStore(client: S3Client, bucket: string, lock: ObjectLock, clock: Clock): LogStore {
  const lockOf = (retention: Retention) => {
    if (retention === 'none') return {};
    // What can be made again from the segments is held only so long that nobody loses it while it is read.
    const days = retention === 'evidence' ? lock.days : Math.min(lock.days, PARTIAL_LOCK_DAYS);
    return {
      ObjectLockMode: lock.mode,
      ObjectLockRetainUntilDate: new Date(clock() + days * DAY_MILLIS),
    };
  };

  const reader = s3EvidenceReader(client, bucket);
  return {
    ...reader,

    async create(path, bytes, retention) {
      const written = await put(client, {
        ...{ Bucket: bucket, Key: path, Body: bytes, ContentType: typeOf(path) },
        ...{ ...lockOf(retention), IfNoneMatch: '*' },
      });
      if (written) return;
      const standing = await reader.read(path);
      // It was there and is not: somebody deletes evidence, or S3 has not made up its mind.
      if (standing === null) throw new Fault('evidence_unavailable');
      if (Buffer.compare(standing, bytes) !== 0) throw new Fault('evidence_forked');
    },

    async replace(path, bytes, sizeIn) {
      for (let tried = 0; tried < EVIDENCE_PUT_TRIES; tried++) {
        const standing = await get(client, bucket, path);
        if (standing !== null && sizeIn(standing.bytes) > sizeIn(bytes)) return;
        const condition = standing === null ? { IfNoneMatch: '*' } : { IfMatch: standing.etag };
        const written = await put(client, {
          ...{ Bucket: bucket, Key: path, Body: bytes, ContentType: typeOf(path), CacheControl: 'no-cache' },
          ...condition,
        });
        if (written) return;
      }
      throw new Fault('evidence_unavailable');
    },
  };
}

/** C2SP tlog-tiles asks for the first two; a segment is lines of JSON. */
function typeOf(path: string): string {
  if (path.startsWith('tile/')) return 'application/octet-stream';
  return path.endsWith('.jsonl') ? 'application/jsonl' : 'text/plain; charset=utf-8';
}

/** @returns false: the condition did not hold, and nothing was written. */
async function put(
  client: S3Client,
  input: ConstructorParameters<typeof PutObjectCommand>[0],
): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand(input));
    return true;
  } catch (error) {
    // 409: another conditional write of this path was under way. Both are told apart by reading.
    if (statusOf(error) === 412 || nameOf(error) === 'ConditionalRequestConflict') return false;
    throw new Fault('evidence_unavailable', { cause: error });
  }
}

async function get(
  client: S3Client,
  bucket: string,
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly etag: string | undefined } | null> {
  try {
    const { Body, ContentLength, ETag } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: path }),
    );
    if (Body === undefined || ContentLength === undefined || ContentLength > MAX_EVIDENCE_OBJECT_BYTES)
      throw new Fault('evidence_unavailable');
    return { bytes: await Body.transformToByteArray(), etag: ETag };
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return null;
    throw error instanceof Fault ? error : new Fault('evidence_unavailable', { cause: error });
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function statusOf(error: unknown): number {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: unknown } }).$metadata;
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
}
