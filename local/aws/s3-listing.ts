import type { Answer } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import type { StoredObject } from './objects.ts';
import { type Xml, xml } from './xml.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const MAX_KEYS = 1000;
const SERVED = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'start-after',
  'continuation-token',
  'encoding-type',
  'x-id',
];

export interface Listing {
  readonly prefix: string | null;
  readonly delimiter: string | null;
  /** As sent, for the condition key. */
  readonly maxKeysSent: string | null;
  readonly maxKeys: number;
  /** Keys up to and including this one are left out. */
  readonly after: string;
  readonly urlEncoded: boolean;
}

/** @throws AwsError for a parameter that is not served, sent twice, or malformed. */
export function parseListing(query: string): Listing {
  const form = new URLSearchParams(query);
  const names = [...form.keys()];
  if (names.some((name) => !SERVED.includes(name))) throw notImplemented('a parameter of this listing');
  if (new Set(names).size !== names.length) throw invalid('a parameter was sent twice');
  const maxKeysSent = form.get('max-keys');
  if (maxKeysSent !== null && !/^\d{1,9}$/.test(maxKeysSent)) throw invalid('max-keys');
  const encoding = form.get('encoding-type');
  if (encoding !== null && encoding !== 'url') throw invalid('encoding-type');
  const token = form.get('continuation-token');
  return {
    prefix: form.get('prefix'),
    delimiter: form.get('delimiter'),
    maxKeysSent,
    maxKeys: Math.min(Number(maxKeysSent ?? MAX_KEYS), MAX_KEYS),
    after:
      token === null ? (form.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8'),
    urlEncoded: encoding === 'url',
  };
}

/** One entry of a page: an object, or all keys that share a prefix up to the delimiter. */
type Entry =
  | { readonly object: StoredObject; readonly last: string }
  | { readonly commonPrefix: string; last: string };

/**
 * A page of a bucket (S3 API, ListObjectsV2).
 *
 * @param objects - All of the bucket, in order of their keys.
 */
export function listObjects(bucket: string, objects: readonly StoredObject[], listing: Listing): Answer {
  const entries = entriesOf(objects, listing);
  const page = entries.slice(0, listing.maxKeys);
  const truncated = page.length > 0 && entries.length > page.length;
  const text = (value: string): string =>
    listing.urlEncoded ? encodeURIComponent(value).replaceAll('%2F', '/') : value;
  const Contents: Xml[] = page.flatMap((entry) =>
    'object' in entry
      ? {
          Key: text(entry.object.key),
          LastModified: new Date(entry.object.lastModified).toISOString(),
          ETag: entry.object.etag,
          Size: entry.object.bytes.length,
          StorageClass: 'STANDARD',
        }
      : [],
  );
  const CommonPrefixes: Xml[] = page.flatMap((entry) =>
    'object' in entry ? [] : { Prefix: text(entry.commonPrefix) },
  );
  const next = page.at(-1)?.last ?? '';
  const content = {
    Name: bucket,
    Prefix: text(listing.prefix ?? ''),
    Delimiter: listing.delimiter === null ? undefined : text(listing.delimiter),
    MaxKeys: listing.maxKeys,
    KeyCount: page.length,
    EncodingType: listing.urlEncoded ? 'url' : undefined,
    IsTruncated: truncated,
    NextContinuationToken: truncated ? Buffer.from(next).toString('base64url') : undefined,
    Contents,
    CommonPrefixes,
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xml('ListBucketResult', content, NAMESPACE),
  };
}

function entriesOf(objects: readonly StoredObject[], { prefix, delimiter, after }: Listing): Entry[] {
  const start = prefix ?? '';
  const afterBytes = Buffer.from(after);
  const entries: Entry[] = [];
  const common = new Map<string, { readonly commonPrefix: string; last: string }>();
  for (const object of objects) {
    const { key } = object;
    if (!key.startsWith(start) || Buffer.compare(Buffer.from(key), afterBytes) <= 0) continue;
    const cut = delimiter === null || delimiter === '' ? -1 : key.indexOf(delimiter, start.length);
    if (cut < 0) {
      entries.push({ object, last: key });
      continue;
    }
    const commonPrefix = key.slice(0, cut + (delimiter ?? '').length);
    const seen = common.get(commonPrefix);
    if (seen !== undefined) {
      seen.last = key;
      continue;
    }
    const entry = { commonPrefix, last: key };
    common.set(commonPrefix, entry);
    entries.push(entry);
  }
  return entries;
}

const invalid = (what: string): AwsError =>
  new AwsError(400, 'InvalidArgument', `Invalid argument: ${what}.`);
