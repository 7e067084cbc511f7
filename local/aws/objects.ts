import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
}

/** The objects of all buckets. A bucket is there when the stack has made it; nobody makes one over the wire. */
export interface Objects {
  createBucket(bucket: string): void;
  hasBucket(bucket: string): boolean;
  get(bucket: string, key: string): StoredObject | null;
  put(bucket: string, object: Omit<StoredObject, 'etag'>): StoredObject;
  /** All objects of a bucket, by the UTF-8 bytes of their keys. */
  list(bucket: string): readonly StoredObject[];
}

/** S3: bucket names. No slash and no leading dot: a name is also a folder's. */
export const BUCKET = /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;

/**
 * @param dir - Where objects are kept as files; without it, only in memory. A file's name is its key with
 *   everything escaped that could be a path, so that no key leads out of its bucket's folder.
 */
export function createObjects(dir?: string): Objects {
  const buckets = new Map<string, Map<string, StoredObject>>();

  function keep(bucket: string, object: Omit<StoredObject, 'etag'>): StoredObject {
    const etag = `"${createHash('md5').update(object.bytes).digest('hex')}"`;
    const stored = { ...object, etag };
    buckets.get(bucket)?.set(object.key, stored);
    return stored;
  }

  return {
    createBucket(bucket) {
      if (!BUCKET.test(bucket)) throw new TypeError('not a bucket name');
      if (buckets.has(bucket)) return;
      buckets.set(bucket, new Map());
      if (dir === undefined) return;
      mkdirSync(join(dir, bucket, '.meta'), { recursive: true, mode: 0o700 });
      for (const object of load(join(dir, bucket))) keep(bucket, object);
    },
    hasBucket: (bucket) => buckets.has(bucket),
    get: (bucket, key) => buckets.get(bucket)?.get(key) ?? null,
    put(bucket, object) {
      if (!buckets.has(bucket)) throw new TypeError('no such bucket');
      if (dir !== undefined) save(join(dir, bucket), object);
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
