/** Between Writ and a real DynamoDB engine: forwards every call, and counts calls, keys and bytes of bodies. */
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { bytes } from './body.ts';
import { serve } from './gauge.ts';

/** Since the last reset. */
export interface Traffic {
  readonly calls: { readonly [operation: string]: number };
  /** Named in a request: read or written. */
  readonly keysRead: number;
  readonly keysWritten: number;
  /** Items that an answer held. */
  readonly itemsRead: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

const NOTHING: Traffic = {
  calls: {},
  keysRead: 0,
  keysWritten: 0,
  itemsRead: 0,
  bytesSent: 0,
  bytesReceived: 0,
};
let traffic = NOTHING;
let transactions: readonly string[] = [];

const engine = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((message, response) => {
  const answer = async (): Promise<void> => {
    const body = await bytes(message);
    const forwarded = await forward(message, body);
    const said = await bytes(forwarded);
    count(String(message.headers['x-amz-target']).split('.')[1] ?? '', body, said);
    response.writeHead(forwarded.statusCode ?? 500, forwarded.headers).end(said);
  };
  answer().catch(() => response.writeHead(500).end());
});

function forward(message: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const to = { host: engine.hostname, port: engine.port, path: '/', method: 'POST', agent };
    const sent = request({ ...to, headers: message.headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

function count(operation: string, sent: Buffer, received: Buffer): void {
  const { TransactItems = [], RequestItems = {} } = JSON.parse(sent.toString('utf8'));
  const { Responses = {} } = JSON.parse(received.toString('utf8'));
  const keys = Object.values(
    RequestItems as { readonly [table: string]: { readonly Keys: readonly unknown[] } },
  );
  const found = Object.values(Responses as { readonly [table: string]: readonly unknown[] });
  traffic = {
    calls: { ...traffic.calls, [operation]: (traffic.calls[operation] ?? 0) + 1 },
    keysRead: traffic.keysRead + keys.reduce((sum, { Keys }) => sum + Keys.length, 0),
    keysWritten: traffic.keysWritten + TransactItems.length,
    itemsRead: traffic.itemsRead + found.reduce((sum, items) => sum + items.length, 0),
    bytesSent: traffic.bytesSent + sent.length,
    bytesReceived: traffic.bytesReceived + received.length,
  };
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
