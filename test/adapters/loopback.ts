/** Servers that answer as no SDK mock can: with garbage, with half an answer, late, or not at all. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';

export interface Loopback {
  readonly endpoint: string;
  close(): Promise<void>;
}

async function serve(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a server does with a request. */
export type Reply = { readonly status: number; readonly body: string } | 'hang' | 'drop';

/** Answers the nth request with the nth reply, and later ones with the last. */
export function startScripted(...replies: readonly [Reply, ...Reply[]]): Promise<Loopback> {
  let count = 0;
  return serve((request, response) => {
    const reply = replies[Math.min(count, replies.length - 1)] ?? 'drop';
    count += 1;
    request.resume();
    if (reply === 'hang') return;
    if (reply === 'drop') request.socket.destroy();
    else response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' }).end(reply.body);
  });
}

export interface Lossy extends Loopback {
  /** The next request is lost on its way, or is carried out and its answer is lost. */
  lose(what: 'request' | 'answer'): void;
}

/** Stands before a real engine and loses what it is told to lose. */
export async function startLossy(target: string): Promise<Lossy> {
  let next: 'request' | 'answer' | null = null;
  const loopback = await serve(async (request, response) => {
    const losing = next;
    next = null;
    const body = await bytesOf(request);
    if (losing === 'request') return void request.socket.destroy();
    const answer = await fetch(target, { method: 'POST', headers: signedHeaders(request), body });
    const answered = Buffer.from(await answer.arrayBuffer());
    if (losing === 'answer') return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answered);
  });
  return {
    ...loopback,
    lose(what) {
      next = what;
    },
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const signedHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['content-type', 'x-amz-target', 'x-amz-date', 'authorization', 'x-amz-content-sha256'].flatMap(
      (name) => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      },
    ),
  );
