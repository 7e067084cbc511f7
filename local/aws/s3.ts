import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import { BUCKET, type ObjectLock, type Objects, type StoredObject } from './objects.ts';
import { crc32Base64, uploadedBytes } from './s3-body.ts';
import { listObjects, parseListing } from './s3-listing.ts';
import type { Wire } from './wire.ts';

/** S3: a key's bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/** Headers of a PutObject that we honour. Any other `x-amz-…` would be ignored, so it is refused. */
const PUT_HEADERS =
  /^x-amz-(?:date|content-sha256|security-token|user-agent|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-[a-z0-9]+|meta-[a-z0-9._-]+|object-lock-(?:mode|retain-until-date))$/;
/** The conditions of a write that S3 knows; a read's are none of ours. */
const PUT_CONDITIONS = ['if-match', 'if-none-match'];
const DAY_MILLIS = 24 * 3600 * 1000;
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

export function createS3(objects: Objects): Service<'s3'> {
  return {
    protocol: 's3',
    route,
    operations: {
      GetObject: (call) => {
        const object = readable(call, objects);
        return objectAnswer(call, object, true);
      },
      HeadObject: (call) => objectAnswer(call, readable(call, objects), false),
      PutObject: (call) => putObject(call, objects),
      ListObjectsV2: (call) => {
        const { bucket } = locate(call, objects);
        const query = parseListing(call.wire.query);
        call.authorize('s3:ListBucket', bucketArn(bucket), {
          ...s3Keys(call),
          ...(query.prefix === null ? {} : { 's3:prefix': query.prefix }),
          ...(query.delimiter === null ? {} : { 's3:delimiter': query.delimiter }),
          ...(query.maxKeysSent === null ? {} : { 's3:max-keys': query.maxKeysSent }),
        });
        return listObjects(bucket, objects.list(bucket), query);
      },
    },
  };
}

/** Path style only. A sub-resource (`?acl`, `?versionId=…`) is another operation, and none of ours. */
function route({ method, path, query }: Wire): string | null {
  const names = query === '' ? [] : query.split('&').map((pair) => pair.split('=')[0] ?? '');
  const onObject = path.indexOf('/', 1) > 0 && path.indexOf('/', 1) < path.length - 1;
  if (!onObject) {
    return method === 'GET' && /(?:^|&)list-type=2(?:&|$)/.test(query) ? 'ListObjectsV2' : null;
  }
  if (names.some((name) => name !== 'x-id')) return null;
  return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject' }[method] ?? null;
}

/** Bucket and key of a request, decoded; the bucket exists. The key stays data: it never becomes a path. */
function locate(call: Call, objects: Objects): { bucket: string; key: string } {
  const [, rawBucket = '', ...rest] = call.wire.path.split('/');
  let bucket: string;
  let key: string;
  try {
    bucket = decodeURIComponent(rawBucket);
    key = decodeURIComponent(rest.join('/'));
  } catch {
    throw new AwsError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
  if (!BUCKET.test(bucket))
    throw new AwsError(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new AwsError(400, 'KeyTooLongError', 'Your key is too long');
  note(call, bucket, key);
  if (!objects.hasBucket(bucket))
    throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return { bucket, key };
}

function note(call: Call, bucket: string, key: string): void {
  call.trail.requestParameters = {
    bucketName: bucket,
    Host: call.wire.headers.host ?? call.wire.headers[':authority'] ?? null,
    ...(key === '' ? Object.fromEntries(new URLSearchParams(call.wire.query)) : { key }),
  };
  call.trail.additionalEventData = { SignatureVersion: 'SigV4', AuthenticationMethod: 'AuthHeader' };
  call.trail.resources = [
    ...(key === '' ? [] : [{ type: 'AWS::S3::Object', ARN: objectArn(bucket, key) }]),
    { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: bucketArn(bucket) },
  ];
}

function s3Keys(call: Call) {
  return {
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:ResourceAccount': ACCOUNT,
    's3:x-amz-content-sha256': call.wire.headers['x-amz-content-sha256'] ?? '',
  };
}

const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

/** An absent key is only told to those who may list the bucket; the others learn nothing. */
function readable(call: Call, objects: Objects): StoredObject {
  if (CONDITIONS.some((name) => call.wire.headers[name] !== undefined))
    throw notImplemented('conditional requests');
  const { bucket, key } = locate(call, objects);
  call.authorize('s3:GetObject', objectArn(bucket, key), s3Keys(call));
  const object = objects.get(bucket, key);
  if (object !== null) return object;
  call.authorize('s3:ListBucket', bucketArn(bucket), s3Keys(call));
  throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.');
}

function objectAnswer(call: Call, object: StoredObject, withBody: boolean): Answer {
  const range = byteRange(call.wire.headers.range, object.bytes.length);
  const bytes = range === null ? object.bytes : object.bytes.subarray(range.from, range.to + 1);
  const wantsChecksum = call.wire.headers['x-amz-checksum-mode'] === 'ENABLED' && range === null;
  return {
    status: range === null ? 200 : 206,
    headers: {
      'content-type': object.contentType,
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      etag: object.etag,
      'last-modified': new Date(object.lastModified).toUTCString(),
      ...(range === null
        ? {}
        : { 'content-range': `bytes ${range.from}-${range.to}/${object.bytes.length}` }),
      ...(wantsChecksum
        ? { 'x-amz-checksum-crc32': crc32Base64(bytes), 'x-amz-checksum-type': 'FULL_OBJECT' }
        : {}),
      ...Object.fromEntries(
        Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    },
    body: withBody ? bytes : '',
  };
}

/** One range (RFC 9110 §14.1.2); a header that is none is ignored, as S3 does. Inclusive ends. */
function byteRange(header: string | undefined, size: number): { from: number; to: number } | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return null;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) throw new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable');
  return { from, to };
}

function putObject(call: Call, objects: Objects): Answer {
  const { headers } = call.wire;
  const { bucket, key } = locate(call, objects);
  const keys = { ...s3Keys(call), ...putKeys(call) };
  call.authorize('s3:PutObject', objectArn(bucket, key), keys);
  const unserved = Object.keys(headers).some(
    (name) =>
      (CONDITIONS.includes(name) && !PUT_CONDITIONS.includes(name)) ||
      (name.startsWith('x-amz-') && !PUT_HEADERS.test(name)),
  );
  if (unserved) throw notImplemented('a header of this PutObject');
  if (!objects.takes(bucket, key)) throw notImplemented('a key of this bucket that is no plain path');
  const lock = lockOf(call, bucket, objects);
  if (lock !== undefined) call.authorize('s3:PutObjectRetention', objectArn(bucket, key), keys);
  const bytes = uploadedBytes(call.wire);
  mustHold(call, objects.get(bucket, key));
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value]] : [],
  );
  const object = objects.put(bucket, {
    key,
    bytes,
    contentType: headers['content-type'] ?? 'binary/octet-stream',
    metadata: Object.fromEntries(metadata),
    lastModified: Math.floor(call.now / 1000) * 1000,
    ...(lock === undefined ? {} : { lock }),
  });
  return {
    status: 200,
    headers: {
      etag: object.etag,
      'x-amz-checksum-crc32': crc32Base64(bytes),
      'x-amz-checksum-type': 'FULL_OBJECT',
    },
  };
}

/** What IAM is told of a write: its conditions, and how long it will be held. */
function putKeys({ wire: { headers }, now }: Call): { readonly [key: string]: string } {
  const until = Date.parse(headers['x-amz-object-lock-retain-until-date'] ?? '');
  const told: { readonly [key: string]: string | undefined } = {
    's3:if-none-match': headers['if-none-match'],
    's3:if-match': headers['if-match'],
    's3:object-lock-mode': headers['x-amz-object-lock-mode'],
    's3:object-lock-retain-until-date': headers['x-amz-object-lock-retain-until-date'],
    's3:object-lock-remaining-retention-days': Number.isNaN(until)
      ? undefined
      : String(Math.floor((until - now) / DAY_MILLIS)),
  };
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** `If-None-Match: *` where there is none, `If-Match` where it is still the one that the caller read. */
function mustHold({ wire: { headers } }: Call, standing: StoredObject | null): void {
  const { 'if-none-match': none, 'if-match': match } = headers;
  if (none !== undefined && none !== '*') throw notImplemented('If-None-Match with an ETag');
  if (match !== undefined && standing === null)
    throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.');
  if ((none !== undefined && standing !== null) || (match !== undefined && match !== standing?.etag)) {
    throw new AwsError(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    );
  }
}

/** Both headers or neither, in a bucket that locks, and into the future: as S3 wants it. */
function lockOf({ wire: { headers }, now }: Call, bucket: string, objects: Objects): ObjectLock | undefined {
  const mode = headers['x-amz-object-lock-mode'];
  const date = headers['x-amz-object-lock-retain-until-date'];
  if (mode === undefined && date === undefined) return undefined;
  if (!objects.locks(bucket))
    throw new AwsError(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
  if (mode === undefined || date === undefined) {
    const both = 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied';
    throw new AwsError(400, 'InvalidArgument', both);
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw new AwsError(400, 'InvalidArgument', 'Unknown wormMode directive.');
  const retainUntil = Date.parse(date);
  if (Number.isNaN(retainUntil) || retainUntil <= now)
    throw new AwsError(400, 'InvalidArgument', 'The retain until date must be in the future!');
  return { mode, retainUntil };
}
