import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly origin: string;
  /** Ends the server and every open connection. */
  close(): Promise<void>;
}

/** A request's `Host` must be ours: a page elsewhere that rebinds its name to 127.0.0.1 is refused. */
const isOurs = (host: string | undefined, origin: string): boolean => `http://${host}` === origin;

/**
 * Serves on 127.0.0.1 and nowhere else.
 *
 * @param port - 0 takes a free one.
 * @param listenerFor - Told the origin, since an issuer must know its own name.
 */
export async function serveLoopback(
  port: number,
  listenerFor: (origin: string) => RequestListener | Promise<RequestListener>,
): Promise<LoopbackServer> {
  const server = createServer();
  await listening(server, port);
  const { port: bound } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${bound}`;
  const listener = await listenerFor(origin);
  server.on('request', (request, response) => {
    if (isOurs(request.headers.host, origin)) {
      listener(request, response);
      return;
    }
    response.writeHead(421).end();
  });
  return { origin, close: () => closed(server) };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
