import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  /** `http://127.0.0.1:<port>/callback` (RFC 8252 §7.3). */
  readonly redirectUri: string;
  /** The redirect that carries this state. The caller decides how long to wait for it. */
  readonly redirected: (state: string) => Promise<URL>;
  readonly close: () => Promise<void>;
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Writ</title><p>You can close this window and go back to the terminal.</p>';

/** Listens for one redirect. Anything that does not carry our state is answered and forgotten, so that another
 * page or program on this machine cannot end a sign-in by calling first. */
export async function listenForRedirect(): Promise<Loopback> {
  const arrivals: ((url: URL) => void)[] = [];
  const server = createServer((request, response) => {
    const url = URL.canParse(request.url ?? '', redirectUri) ? new URL(request.url ?? '', redirectUri) : null;
    const ours = request.method === 'GET' && url?.pathname === '/callback';
    response.writeHead(ours ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(ours ? PAGE : '');
    if (ours) for (const arrive of arrivals) arrive(url);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  return {
    redirectUri,
    redirected: (state) =>
      new Promise((resolve) => {
        arrivals.push((url) => {
          if (url.searchParams.get('state') === state) resolve(url);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
