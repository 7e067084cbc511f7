import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

/**
 * Listens on 127.0.0.1 for HTTP/1.1 and, on the same port, for HTTP/2 without TLS: the JavaScript SDK speaks it to
 * Bedrock, also to an `http:` endpoint (RFC 9113 §3.3, prior knowledge).
 *
 * @param port - 0 takes a free one.
 * @param serve - Answers one request; what it throws breaks the connection.
 */
export async function listen(
  port: number,
  serve: (request: AnyRequest, response: AnyResponse) => Promise<void>,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const running = new Set<Promise<void>>();

  const handle = (request: AnyRequest, response: AnyResponse) => {
    const done = serve(request, response)
      .catch(() => {
        response.destroy();
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  const http1 = createHttp1(handle);
  const http2 = createHttp2(handle);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      (isHttp2(first) ? http2 : http1).emit('connection', socket);
      // The parser reads by itself; it only must not stay paused.
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await Promise.all(running);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The client's preface (RFC 9113 §3.4); no HTTP/1 method begins like it. */
const isHttp2 = (first: Buffer): boolean => first.subarray(0, 3).toString('latin1') === 'PRI';
