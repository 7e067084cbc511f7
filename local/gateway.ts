/** A small HTTP server in API Gateway's place: it makes the proxy event and has the function invoked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PROBE_KEYS_PATH } from '../core/probe/plan.ts';
import type { Invoke } from './invoke.ts';
import { serveLoopback } from './loopback-server.ts';
import type { Part } from './parts.ts';
import type { Admitted } from './responder-gate.ts';

/** Path to function, as the deployed API will route them. */
const ROUTES: { readonly [path: string]: string } = {
  '/token': 'exchange',
  '/permissions': 'permissions',
  '/enroll': 'enroll',
  '/revoke': 'revoke',
  '/writs': 'writs',
  '/status': 'status',
  '/.well-known/oauth-authorization-server': 'metadata',
  [PROBE_KEYS_PATH]: 'probe-keys',
};

/** The routes that IAM guards: AWS credentials instead of tokens, for the night on which nobody can sign in. */
const IAM_ROUTES: { readonly [path: string]: string } = {
  '/responder/revoke': 'revoke',
  '/responder/writs': 'writs',
  '/responder/status': 'status',
  '/receipts/{id}': 'receipts',
};

/** A path of the one resource that names something, and what it names; any other path is its own resource. */
function resourceOf(path: string): { readonly resource: string; readonly id: string | null } {
  const id = /^\/receipts\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? { resource: path, id: null } : { resource: '/receipts/{id}', id };
}

/** Whom IAM lets through to a route that it guards. */
export type Admit = (request: IncomingMessage, path: string, body: Buffer) => Admitted;

/** API Gateway's own limit is 10 MB; Writ's, in the function, is far below both. */
const MAX_REQUEST_BYTES = 1024 * 1024;

export async function startGateway(port: number, invoke: Invoke, admit: Admit): Promise<Part> {
  return serveLoopback(port, () => (request, response) => {
    answer(request, response, { invoke, admit }).catch(() => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'application/json' });
      response.end('{"message":"Internal server error"}');
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { invoke, admit }: { readonly invoke: Invoke; readonly admit: Admit },
): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const { resource, id } = resourceOf(path);
  const guarded = Object.hasOwn(IAM_ROUTES, resource) ? IAM_ROUTES[resource] : undefined;
  const route = guarded ?? (Object.hasOwn(ROUTES, resource) ? ROUTES[resource] : undefined);
  if (route === undefined) {
    response
      .writeHead(403, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'MissingAuthenticationTokenException',
      })
      .end('{"message":"Missing Authentication Token"}');
    return;
  }
  const body = await bodyOf(request);
  if (body === null) {
    response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
    response.end('{"message":"Request Too Long"}');
    return;
  }
  // Of a receipt there is GET and nothing else: the function says so, to anybody.
  const open = guarded === undefined || (id !== null && request.method !== 'GET');
  const admitted = open ? null : admit(request, path, body);
  if (admitted !== null && 'status' in admitted) {
    response.writeHead(admitted.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: admitted.message }));
    return;
  }
  const userArn = admitted?.userArn ?? null;
  const result = (await invoke(route, proxyEvent(request, { resource, id, path, query, body, userArn }))) as {
    readonly statusCode: number;
    readonly headers: { readonly [name: string]: string };
    readonly body: string;
  };
  response.writeHead(result.statusCode, result.headers).end(result.body);
}

/** REST proxy event, payload version 1: the one that shows a header that came twice as two values. */
function proxyEvent(
  request: IncomingMessage,
  {
    resource,
    id,
    path,
    query,
    body,
    userArn,
  }: {
    readonly resource: string;
    readonly id: string | null;
    readonly path: string;
    readonly query: string;
    readonly body: Buffer;
    readonly userArn: string | null;
  },
) {
  const multiValueHeaders: { [name: string]: string[] } = {};
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    // A name from outside must not become a property that objects already have.
    const values = Object.hasOwn(multiValueHeaders, name) ? multiValueHeaders[name] : undefined;
    Object.defineProperty(multiValueHeaders, name, {
      value: [...(values ?? []), request.rawHeaders[at + 1] ?? ''],
      enumerable: true,
      configurable: true,
    });
  }
  return {
    version: '1.0',
    resource,
    path,
    pathParameters: id === null ? null : { id },
    httpMethod: request.method ?? 'GET',
    headers: Object.fromEntries(
      Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1)]),
    ),
    multiValueHeaders,
    queryStringParameters: query === '' ? null : Object.fromEntries(new URLSearchParams(query)),
    requestContext: {
      identity: { sourceIp: sourceIp(request), userArn },
      httpMethod: request.method ?? 'GET',
      path,
    },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}

/** The address at the other end of the connection: no header can say otherwise. */
const sourceIp = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
