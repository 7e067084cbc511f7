/** Between Writ and what it calls: forwards every call as it is, its signature with it, and counts. */
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { bytes } from './body.ts';
import { serve } from './gauge.ts';
import { counted, NOTHING, operationOf } from './traffic.ts';

let traffic = NOTHING;
let transactions: readonly string[] = [];

const behind = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((message, response) => {
  const answer = async (): Promise<void> => {
    const body = await bytes(message);
    const forwarded = await forward(message, body);
    const said = await bytes(forwarded);
    count(operationOf(message.headers['x-amz-target']?.toString(), body.toString('utf8')), body, said);
    response.writeHead(forwarded.statusCode ?? 500, forwarded.headers).end(said);
  };
  answer().catch(() => response.writeHead(500).end());
});

function forward(message: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = message;
    const sent = request({ host: behind.hostname, port: behind.port, path, method, agent, headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

function count(operation: string, sent: Buffer, received: Buffer): void {
  traffic = counted(traffic, operation, sent, received);
  if (operation === 'TransactWriteItems') transactions = [...transactions.slice(-1), sent.toString('utf8')];
}

await serve([server], {
  traffic: () => traffic,
  reset: () => {
    traffic = NOTHING;
  },
  /** The last two. */
  transactions: () => transactions,
});
