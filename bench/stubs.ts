/**
 * What Writ calls, as cheap as it can be answered, in a process of its own: DynamoDB, STS, Lambda's Invoke, EventBridge
 * Scheduler, SQS and the issuers' key sets. Nothing is checked. The wire formats are the real ones, so that the SDK does all
 * of its work.
 */
import { hash } from 'node:crypto';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { SendMessageBatchRequest } from '@aws-sdk/client-sqs';
import { bytes } from './body.ts';
import { serve } from './gauge.ts';
import { answerDynamodb } from './stub-dynamodb.ts';
import { answerAssumeRole } from './stub-sts.ts';

/** Since the process began. */
export interface Counts {
  connections: number;
  jwks: number;
}
const counts: Counts = { connections: 0, jwks: 0 };

/** Bodies by operation, oldest first, while recording; else `null`. */
export type Recorded = { readonly [operation: string]: readonly string[] };
let recording: { [operation: string]: string[] } | null = null;
let jwks: { readonly [path: string]: string } = {};
let mints: { readonly [name: string]: number } = {};
/** Invocations are kept, and answered by a fault, instead of being forwarded. */
let holding = false;
let held = '';

const dynamodb = server(async (message, body, response) => {
  const operation = String(message.headers['x-amz-target']).split('.')[1] ?? '';
  record(operation, body);
  const answer = answerDynamodb(operation, body.toString('utf8'));
  response
    .writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': REQUEST })
    .end(answer);
});

const sts = server(async (_, body, response) => {
  record('AssumeRole', body);
  response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': REQUEST });
  response.end(answerAssumeRole(body.toString('utf8')));
});

const INVOCATION = /\/functions\/([^/]+)\/invocations/;
const agent = new Agent({ keepAlive: true });

/** The hand-over: to the real mint, in its own process, and back. */
const lambda = server(async (message, body, response) => {
  const port = mints[INVOCATION.exec(message.url ?? '')?.[1] ?? ''];
  record('Invoke', body);
  const wake = body.length < 20;
  if (port === undefined || (holding && !wake)) {
    held = body.toString('utf8');
    response.writeHead(200).end('{"fault":"mint_unavailable","retryAfter":1}');
    return;
  }
  const answer = await forward(port, body);
  response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': REQUEST }).end(answer);
});

/** A schedule is made, and never fires. */
const scheduler = server(async (_, __, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': REQUEST });
  response.end('{"ScheduleArn":"arn:aws:scheduler:us-east-1:000000000000:schedule/writ/none"}');
});

/** Messages are taken, and wake nobody. The SDK compares their digests. */
const sqs = server(async (_, body, response) => {
  const { Entries } = JSON.parse(body.toString('utf8')) as SendMessageBatchRequest;
  const Successful = (Entries ?? []).map(({ Id, MessageBody = '' }) => ({
    Id,
    MessageId: REQUEST,
    MD5OfMessageBody: hash('md5', MessageBody),
  }));
  response
    .writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': REQUEST })
    .end(JSON.stringify({ Successful, Failed: [] }));
});

const issuers = server(async (message, _, response) => {
  counts.jwks += 1;
  const set = jwks[message.url ?? ''];
  response.writeHead(set === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(set);
});

const REQUEST = '01234567-89ab-cdef-0123-456789abcdef';

function server(
  answer: (message: IncomingMessage, body: Buffer, response: ServerResponse) => Promise<void>,
): Server {
  const made = createServer((message, response) => {
    bytes(message)
      .then((body) => answer(message, body, response))
      .catch(() => response.writeHead(500).end());
  });
  made.on('connection', () => {
    counts.connections += 1;
  });
  return made;
}

function record(operation: string, body: Buffer): void {
  if (recording === null) return;
  recording[operation] = [...(recording[operation] ?? []), body.toString('utf8')];
}

function forward(port: number, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/invoke', method: 'POST', agent };
    const sent = request({ ...options, headers: { 'content-length': body.length } }, (message) => {
      bytes(message).then(resolve, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

await serve([dynamodb, sts, lambda, issuers, scheduler, sqs], {
  counts: () => counts,
  jwks: (given) => {
    jwks = given as typeof jwks;
  },
  mints: (given) => {
    mints = { ...mints, ...(given as typeof mints) };
  },
  record: () => {
    recording = {};
  },
  recorded: () => {
    const all = recording;
    recording = null;
    return all;
  },
  hold: () => {
    holding = true;
  },
  held: () => {
    holding = false;
    return held;
  },
});
