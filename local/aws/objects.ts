import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../core/encoding/hash.ts';

export interface StoredObject {
  readonly key: string;
  readonly bytes: Buffer;
  readonly contentType: string;
  /** `x-amz-meta-…` headers, without the prefix. */
  readonly metadata: { readonly [name: string]: string };
  /** Milliseconds since 1970, whole seconds. */
  readonly lastModified: number;
  /** MD5, hex, in quotation marks. */
  readonly etag: string;
  /** Object Lock: how it is held, and until when (milliseconds since 1970). */
  readonly lock?: ObjectLock;
}

export interface ObjectLock {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly retainUntil: number;
}

/** What a bucket is, beside its name. */
export interface BucketOptions {
  /** Its objects' keys are paths below this folder, so that other tools read it as they would a download of it. */
  readonly folder?: string;
  /** Takes Object Lock. There is no deleting here, so that is all that a lock has to do. */
  readonly locks?: boolean;
}

/** The objects of all buckets. A bucket is there when the stack has made it; nobody makes one over the wire. */
export interface Objects {
  createBucket(bucket: string, options?: BucketOptions): void;
  hasBucket(bucket: string): boolean;
  /** Whether objects of the bucket can be locked. */
  locks(bucket: string): boolean;
  /** Whether it can keep an object of that key: a bucket that is a folder takes plain paths only. */
  takes(bucket: string, key: string): boolean;
  get(bucket: string, key: string): StoredObject | null;
  put(bucket: string, object: Omit<StoredObject, 'etag'>): StoredObject;
  /** All objects of a bucket, by the UTF-8 bytes of their keys. */
  list(bucket: string): readonly StoredObject[];
}

/** S3: bucket names. No slash and no leading dot: a name is also a folder's. */
export const BUCKET = /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;

/** A key that may be a path: no part is empty, begins with a dot or could lead elsewhere. */
const PLAIN_PATH = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,199}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,199})*)$/;

/**
 * @param dir - Where objects are kept as files; without it, only in memory. A file's name is its key with
 *   everything escaped that could be a path, so that no key leads out of its bucket's folder. (A bucket that is a folder
 *   takes no other keys than plain paths.)
 */
export function createObjects(dir?: string): Objects {
  const buckets = new Map<string, Map<string, StoredObject>>();
  const kinds = new Map<string, BucketOptions>();

  function keep(bucket: string, object: Omit<StoredObject, 'etag'>): StoredObject {
    const etag = `"${createHash('md5').update(object.bytes).digest('hex')}"`;
    const stored = { ...object, etag };
    buckets.get(bucket)?.set(object.key, stored);
    return stored;
  }

  return {
    createBucket(bucket, options = {}) {
      if (!BUCKET.test(bucket)) throw new TypeError('not a bucket name');
      if (buckets.has(bucket)) return;
      buckets.set(bucket, new Map());
      kinds.set(bucket, options);
      if (dir === undefined || options.folder !== undefined) return;
      mkdirSync(join(dir, bucket, '.meta'), { recursive: true, mode: 0o700 });
      for (const object of load(join(dir, bucket))) keep(bucket, object);
    },
    hasBucket: (bucket) => buckets.has(bucket),
    locks: (bucket) => kinds.get(bucket)?.locks === true,
    takes: (bucket, key) => kinds.get(bucket)?.folder === undefined || PLAIN_PATH.test(key),
    get: (bucket, key) => buckets.get(bucket)?.get(key) ?? null,
    put(bucket, object) {
      if (!buckets.has(bucket)) throw new TypeError('no such bucket');
      const folder = kinds.get(bucket)?.folder;
      if (folder !== undefined) saveAt(folder, object);
      else if (dir !== undefined) save(join(dir, bucket), object);
      return keep(bucket, object);
    },
    list: (bucket) =>
      [...(buckets.get(bucket)?.values() ?? [])].sort((a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
      ),
  };
}

/** `reports/q3.csv` becomes `reports%2Fq3.csv`. A leading dot is escaped; a long key becomes `#` and its hash. */
export function fileName(key: string): string {
  const name = encodeURIComponent(key.toWellFormed()).replace(/^\./, '%2E');
  return name.length <= 200 ? name : `#${sha256Hex(key)}`;
}

/** As it is and nothing beside it. The key has been looked at before: here it becomes a path. */
function saveAt(folder: string, { key, bytes }: Omit<StoredObject, 'etag'>): void {
  if (!PLAIN_PATH.test(key)) throw new TypeError('not a path');
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  write(path, bytes);
}

function save(folder: string, { key, bytes, ...rest }: Omit<StoredObject, 'etag'>): void {
  const name = fileName(key);
  write(join(folder, name), bytes);
  write(join(folder, '.meta', name), JSON.stringify({ key, ...rest }));
}

function write(path: string, data: string | Uint8Array): void {
  writeFileSync(`${path}.partial`, data, { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}

function load(folder: string): Omit<StoredObject, 'etag'>[] {
  return readdirSync(join(folder, '.meta'))
    .filter((name) => !name.endsWith('.partial') && existsSync(join(folder, name)))
    .map((name) => {
      const meta = JSON.parse(readFileSync(join(folder, '.meta', name), 'utf8'));
      return { ...meta, bytes: readFileSync(join(folder, name)) };
    });
}
