/**
 * AWS Signature Version 4, written from its specification so that the SDKs are checked by something else
 * than themselves (IAM User Guide, "Create a signed AWS API request").
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../../core/encoding/hash.ts';
import type { Wire } from './wire.ts';

/** What the Authorization header claims. */
export interface Claimed {
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Za-z0-9]{4,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/aws4_request, ?SignedHeaders=([a-z0-9:;-]{1,2048}), ?Signature=([0-9a-f]{64})$/;

/** @returns what the header claims, or `null` for anything but a well-formed SigV4 header. */
export function parseAuthorization(header: string | undefined): Claimed | null {
  const match = AUTHORIZATION.exec(header ?? '');
  if (match === null) return null;
  const [, accessKeyId = '', date = '', region = '', service = '', headers = '', signature = ''] = match;
  return { accessKeyId, date, region, service, signedHeaders: headers.split(';'), signature };
}

/** `YYYYMMDDTHHMMSSZ` as milliseconds since 1970; `null` when it is none. */
export function parseAmzDate(text: string | undefined): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text ?? '');
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `Date.parse` takes the 31st of June for the 1st of July.
  return Number.isNaN(millis) || amzDate(millis) !== text ? null : millis;
}

/** Milliseconds since 1970 as `YYYYMMDDTHHMMSSZ`. */
export const amzDate = (millis: number): string =>
  `${new Date(millis).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/**
 * Headers that a forger must not be able to add: `host` and all of `x-amz-*`, the operation's name and the
 * session token among them. S3 refuses unsigned ones too; we do so for every service.
 *
 * @returns the first that was sent and not signed, or `null`.
 */
export function unsignedHeader(wire: Wire, claimed: Claimed): string | null {
  const signed = new Set(claimed.signedHeaders);
  // Over HTTP/2 the JavaScript SDK signs `:authority`, which is there what Host is here.
  const authority = wire.headers[':authority'] === undefined ? 'host' : ':authority';
  if (!signed.has(authority) && !signed.has('host')) return authority;
  for (const name of Object.keys(wire.headers)) {
    if (name.startsWith('x-amz-') && !signed.has(name)) return name;
  }
  return null;
}

/** @returns whether the claimed signature is the one that the secret makes of what arrived. */
export function verifySignature(wire: Wire, claimed: Claimed, payloadHash: string, secret: string): boolean {
  const expected = Buffer.from(signature(wire, claimed, payloadHash, secret), 'hex');
  const given = Buffer.from(claimed.signature, 'hex');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** @throws URIError for a path or query with a broken percent escape. */
export function signature(
  wire: Pick<Wire, 'method' | 'path' | 'query' | 'headers'>,
  scope: Omit<Claimed, 'accessKeyId' | 'signature'>,
  payloadHash: string,
  secret: string,
): string {
  const names = [...scope.signedHeaders].sort();
  const canonical = [
    wire.method,
    canonicalPath(wire.path, scope.service),
    canonicalQuery(wire.query),
    ...names.map((name) => `${name}:${(wire.headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    wire.headers['x-amz-date'] ?? '',
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    sha256Hex(canonical),
  ].join('\n');
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${secret}`,
  );
  return hmac(key, toSign).toString('hex');
}

const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** RFC 3986 §2.3: everything but unreserved characters is escaped. */
const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** S3 escapes each part of the path once, all other services twice. */
function canonicalPath(path: string, service: string): string {
  const encode = service === 's3' ? (part: string) => percentEncode(decodeURIComponent(part)) : percentEncode;
  return path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [percentEncode(decodeURIComponent(name)), percentEncode(decodeURIComponent(value))] as const;
  });
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return pairs
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
