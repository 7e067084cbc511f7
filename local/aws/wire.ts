import type { AnyRequest } from './listener.ts';

/** A request as it arrived; nothing in it is to be trusted. */
export interface Wire {
  readonly method: string;
  /** As on the request line: percent-encoded, not normalised, without the query. */
  readonly path: string;
  readonly query: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
  /** The TCP peer's address: never a header. */
  readonly address: string;
}

/** The largest of what is served: an object of a demonstration, a Lambda payload. Bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Origin form only (RFC 9112 §3.2.1), and taken apart by hand: `URL` would resolve `..` in hostile paths. */
const TARGET = /^(\/[^?#\s]*)(?:\?([^#\s]*))?$/;

/** @returns the request, or the HTTP status that refuses what is no request at all. */
export async function readWire(request: AnyRequest): Promise<Wire | { readonly status: 400 | 413 }> {
  const match = TARGET.exec(request.url ?? '');
  if (match === null) return { status: 400 };
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    // What is too much is read to its end and dropped, so that the refusal reaches who sent it.
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  if (size > MAX_BODY_BYTES) return { status: 413 };
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(request.headers)) {
    // HTTP/2's other pseudo-headers are the request line.
    if (value === undefined || (name.startsWith(':') && name !== ':authority')) continue;
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: request.method ?? '',
    path: match[1] ?? '/',
    query: match[2] ?? '',
    headers,
    body: Buffer.concat(parts),
    address: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}
