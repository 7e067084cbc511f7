import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError, notImplemented } from './errors.ts';
import type { Wire } from './wire.ts';

const CRLF = Buffer.from('\r\n');

/** A chunk's size line: hex, and perhaps a chunk extension. */
const CHUNK_SIZE = /^([0-9a-f]{1,8})(?:;[\x21-\x7e]*)?$/i;

/**
 * The object's bytes in an upload: the body itself, or what its `aws-chunked` coding holds, with every checksum
 * that was sent, as header or trailer, compared.
 *
 * @throws AwsError `BadDigest`, `IncompleteBody`, `InvalidRequest`; `NotImplemented` for signed chunks and for
 *   checksums that we cannot compute: to accept one unchecked would be a lie.
 */
export function uploadedBytes(wire: Wire): Buffer {
  const { headers, body } = wire;
  const hash = headers['x-amz-content-sha256'] ?? '';
  if (hash.startsWith('STREAMING-AWS4-')) throw notImplemented('signed aws-chunked uploads');
  if (hash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    compare(headers, body);
    return body;
  }
  const { bytes, trailers } = decodeChunks(body);
  if (headers['x-amz-decoded-content-length'] !== String(bytes.length))
    throw incomplete('x-amz-decoded-content-length');
  const announced = (headers['x-amz-trailer'] ?? '').toLowerCase();
  if (Object.keys(trailers).join() !== announced)
    throw new AwsError(400, 'MalformedTrailerError', 'The trailer is not the announced one.');
  compare({ ...headers, ...trailers }, bytes);
  return bytes;
}

/** `<hex size>[;extension]\r\n<data>\r\n … 0\r\n<trailers>\r\n\r\n`. */
export function decodeChunks(body: Buffer): { bytes: Buffer; trailers: { readonly [name: string]: string } } {
  const parts: Buffer[] = [];
  let at = 0;
  const line = (): string => {
    const end = body.indexOf(CRLF, at);
    if (end < 0 || end - at > 1024) throw incomplete('a chunk');
    const text = body.toString('latin1', at, end);
    at = end + CRLF.length;
    return text;
  };
  for (;;) {
    const size = Number.parseInt(CHUNK_SIZE.exec(line())?.[1] ?? 'none', 16);
    if (Number.isNaN(size) || at + size > body.length) throw incomplete('a chunk');
    if (size === 0) break;
    parts.push(body.subarray(at, at + size));
    at += size;
    if (line() !== '') throw incomplete('a chunk');
  }
  const trailers: { [name: string]: string } = {};
  while (at < body.length) {
    const text = line();
    if (text === '') break;
    const match = /^([a-z0-9-]{1,64}):(\S{1,128})$/i.exec(text);
    if (match === null) throw incomplete('a trailer');
    trailers[(match[1] ?? '').toLowerCase()] = match[2] ?? '';
  }
  return { bytes: Buffer.concat(parts), trailers };
}

/** CRC-32 as S3 writes it: big-endian, base64. */
export function crc32Base64(bytes: Uint8Array): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  return buffer.toString('base64');
}

const hashed = (algorithm: string) => (bytes: Uint8Array) =>
  createHash(algorithm).update(bytes).digest('base64');

const CHECKSUMS: { readonly [header: string]: (bytes: Uint8Array) => string } = {
  'content-md5': hashed('md5'),
  'x-amz-checksum-crc32': crc32Base64,
  'x-amz-checksum-sha1': hashed('sha1'),
  'x-amz-checksum-sha256': hashed('sha256'),
};

/** These say how, not what. */
const ABOUT_CHECKSUMS = ['x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-checksum-mode'];

function compare(headers: { readonly [name: string]: string }, bytes: Uint8Array): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'content-md5' && !name.startsWith('x-amz-checksum-')) continue;
    if (ABOUT_CHECKSUMS.includes(name)) continue;
    const compute = CHECKSUMS[name];
    if (compute === undefined) throw notImplemented('this checksum algorithm');
    if (compute(bytes) !== value)
      throw new AwsError(
        400,
        'BadDigest',
        'The checksum you specified did not match the calculated checksum.',
      );
  }
}

const incomplete = (what: string): AwsError =>
  new AwsError(400, 'IncompleteBody', `The body does not hold what it announces: ${what}.`);
