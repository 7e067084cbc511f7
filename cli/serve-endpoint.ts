import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fieldsOf, printable, usage } from './failure.ts';
import type { ServedSession } from './serve-session.ts';

/** A container credential endpoint (the AWS SDKs' "container credential provider") for one client. */
export interface Endpoint {
  /** `http://127.0.0.1:<port>/credentials`. */
  readonly url: string;
  /** What a request must carry as its `Authorization`: 256 random bits. */
  readonly token: string;
  readonly close: () => Promise<void>;
}

const PATH = '/credentials';
/** Milliseconds: who opens a connection and says nothing is not waited for. */
const REQUEST_MS = 5_000;

/** @param port - 0 takes a free one. @throws Failure (exit 1) where the port is taken. */
export async function serveEndpoint(session: ServedSession, port = 0): Promise<Endpoint> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS });
  await listening(server, port);
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', (request, response) => {
    const problem = problemOf(request, origin, token);
    if (problem === null) void answer(session, response);
    else send(response, problem.status, { Code: problem.Code, Message: problem.Message });
  });
  return { url: `http://${origin}${PATH}`, token, close: () => closed(server) };
}

/** What is wrong with a request. A page elsewhere that rebinds its name to 127.0.0.1 fails by its `Host` already. */
function problemOf(
  { method, url, headers }: IncomingMessage,
  origin: string,
  token: string,
): { readonly status: number; readonly Code: string; readonly Message: string } | null {
  if (headers.host !== origin)
    return { status: 421, Code: 'WrongHost', Message: 'This endpoint has another name.' };
  if (url !== PATH) return { status: 404, Code: 'NotFound', Message: `There is only ${PATH} here.` };
  if (method !== 'GET') return { status: 405, Code: 'WrongMethod', Message: 'This endpoint is only read.' };
  if (!isSame(headers.authorization ?? '', token)) {
    return {
      status: 401,
      Code: 'WrongToken',
      Message: 'AWS_CONTAINER_AUTHORIZATION_TOKEN is missing or another one.',
    };
  }
  return null;
}

/** In a time that tells nothing of where they differ. */
const isSame = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function answer(session: ServedSession, response: ServerResponse): Promise<void> {
  try {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, AccountId } = (await session.take())
      .credentials;
    send(response, 200, { AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration, AccountId });
  } catch (caught) {
    const { exit, error, reason_code, what, why, next, writ } = fieldsOf(caught);
    const words = [what, why, next && `Next: ${next}`, writ && `(writ ${writ})`];
    send(response, exit === 4 ? 503 : 403, {
      Code: reason_code ?? error,
      Message: words
        .filter(Boolean)
        .map((each) => printable(String(each)))
        .join(' '),
    });
  }
}

function send(response: ServerResponse, status: number, body: { readonly [member: string]: string }): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET' } : {}),
  });
  response.end(JSON.stringify(body));
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        usage(`Port ${port} cannot be used (${error.code}).`, 'Take another --port, or none for a free one.'),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
