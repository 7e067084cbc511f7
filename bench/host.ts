/**
 * One function in a process of its own: loads a built bundle, and calls its handler as an invocation (`/invoke`) or with
 * API Gateway's proxy event (any other path).
 */
import { createServer, type IncomingMessage } from 'node:http';
import { pathToFileURL } from 'node:url';
import { text } from './body.ts';
import { serve } from './gauge.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;
interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const CONTEXT = { getRemainingTimeInMillis: () => 15_000 };

const loaded: Promise<Handler> = import(pathToFileURL(process.argv[2] ?? '').href).then(
  (module: { readonly handler: Handler }) => module.handler,
);

const server = createServer((request, response) => {
  const answer = async (): Promise<void> => {
    const [handler, body] = await Promise.all([loaded, text(request)]);
    if (request.url !== '/invoke') {
      const {
        statusCode,
        headers,
        body: said,
      } = (await handler(event(request, body), CONTEXT)) as ProxyAnswer;
      response.writeHead(statusCode, headers).end(said);
    } else {
      const said = JSON.stringify(await handler(JSON.parse(body), CONTEXT));
      response.writeHead(200, { 'content-type': 'application/json' }).end(said);
    }
  };
  answer().catch(() => response.writeHead(500).end());
});

/** REST proxy event, payload 1.0, with what Writ reads of it. */
function event(request: IncomingMessage, body: string): object {
  const multiValueHeaders: { [name: string]: string[] } = {};
  for (const [name, values] of Object.entries(request.headersDistinct))
    multiValueHeaders[name] = values ?? [];
  return {
    httpMethod: request.method,
    path: request.url,
    multiValueHeaders,
    requestContext: { identity: { sourceIp: request.socket.remoteAddress } },
    body,
    isBase64Encoded: false,
  };
}

await serve([server]);
