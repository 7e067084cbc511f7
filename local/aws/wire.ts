import type { IncomingMessage } from 'node:http';
import type { Answer, Wire } from './call.ts';

/** The largest of what is served: an object of a demonstration, a Lambda payload. Bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Origin form only (RFC 9112 §3.2.1), and taken apart by hand: `URL` would resolve `..` in hostile paths. */
const TARGET = /^(\/[^?#\s]*)(?:\?([^#\s]*))?$/;

const refused = (status: number): Answer => ({ status, headers: { connection: 'close' }, body: '' });

/** @returns the request as it arrived, or the plain refusal of one that is no request at all. */
export async function readWire(request: IncomingMessage): Promise<Wire | Answer> {
  const match = TARGET.exec(request.url ?? '');
  if (match === null) return refused(400);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return refused(413);
    parts.push(part);
  }
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
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
