/**
 * All that Writ calls, behind one address of 127.0.0.1: the table engine, mint, STS, KMS, Secrets Manager, the
 * reconcilers' queue and the issuers' key sets. Each call can be spoiled, before or after it took effect. The clients are the real ones.
 */
import { hash, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { JWKS_TIMEOUT_MILLIS } from '../../core/limits.ts';
import type { Broker } from '../support/broker.ts';
import { NONCE_KEYS } from '../support/tokens.ts';

/** Calls by what they do: one operation of DynamoDB serves several. */
export type Call =
  | 'record'
  | 'spend'
  | 'heads before'
  | 'settle'
  | 'heads after'
  | 'append'
  | 'count'
  | 'name'
  | 'find'
  | 'target'
  | 'commit'
  | 'entries'
  | 'stamp'
  | 'live'
  | 'wake'
  | 'enforced'
  | 'recorded'
  | 'mint'
  | 'sts'
  | 'jwks'
  | 'kms'
  | 'secrets'
  | 'other';

/** What becomes of a call. The first four never take effect; the rest do, and the answer is not what it should be. */
export const DAYS = [
  'the request is lost',
  'throttled',
  'a failure of the service',
  'no answer in time',
  'the answer is lost',
  'carried out, and no answer in time',
  'garbage',
  'half an answer',
] as const;
export type Day = (typeof DAYS)[number];

type HangingDay = Extract<Day, `${string}no answer in time`>;
const hangs = (day: Day): day is HangingDay => day.endsWith('no answer in time');

export const takesEffect = (day: Day): boolean => DAYS.indexOf(day) >= 4;

/** Header by which whoever calls numbers the calls. */
export const CALL_NUMBER = 'x-test-call';

/** A session that STS began, of whichever request. */
export interface Session {
  readonly accessKeyId: string;
  readonly writ: string;
  /** NumericDate, by STS's own clock. */
  readonly issuedAt: number;
}

export interface Outside {
  readonly endpoint: string;
  /** Every call that arrived, in order. */
  readonly calls: Call[];
  readonly sessions: Session[];
  /** Messages that the reconcilers' queue took. */
  readonly woken: string[];
  /** Partition keys of all that a test's requests wanted to record, carried out or not. */
  readonly recorded: Set<string>;
  /** STS's clock against ours, seconds. */
  stsAhead: number;
  /** What mint answers to an invocation's payload. */
  mint: (payload: string) => Promise<string>;
  /** How long a key set may take, milliseconds: `fetch` waits by the clock, so for one that hangs it is not long. */
  jwksWithin: number;
  /** Whose patience ends when a call of theirs hangs, by the number that they gave it: no test waits for a clock. */
  readonly impatient: Map<string, () => void>;
  /** From now on, or for the next `times` only. */
  spoil(call: Call, day: Day, times?: number): void;
  /** Something happens when such a call has been carried out, and before its answer leaves. */
  meanwhile(call: Call, happen: () => Promise<void> | void): void;
  /** All is well again. */
  cure(): void;
  /** And all is forgotten. */
  reset(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: { readonly [name: string]: string };
}

export async function openOutside(broker: Broker): Promise<Outside> {
  const spoiled = new Map<Call, { readonly day: Day; times: number }>();
  const happenings = new Map<Call, () => Promise<void> | void>();
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const outside: Outside = {
    endpoint: `http://127.0.0.1:${address.port}`,
    calls: [],
    sessions: [],
    woken: [],
    recorded: new Set(),
    stsAhead: 0,
    jwksWithin: JWKS_TIMEOUT_MILLIS,
    impatient: new Map(),
    mint: () => Promise.reject(new Error('no mint')),
    spoil(call, day, times = Number.POSITIVE_INFINITY) {
      spoiled.set(call, { day, times });
      if (call === 'jwks' && hangs(day)) outside.jwksWithin = 50;
    },
    meanwhile: (call, happen) => void happenings.set(call, happen),
    cure() {
      spoiled.clear();
      happenings.clear();
      outside.jwksWithin = JWKS_TIMEOUT_MILLIS;
    },
    reset() {
      outside.cure();
      outside.recorded.clear();
      outside.calls.length = 0;
      outside.sessions.length = 0;
      outside.woken.length = 0;
      outside.stsAhead = 0;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
  return outside;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const call = callOf(request, body);
    outside.calls.push(call);
    for (const [, pk = ''] of body.matchAll(/"pk":\{"S":"((?:WRIT|ENROLMENT)#\w+)"/g))
      outside.recorded.add(pk);
    const day = dayOf(call);
    const answer = day === null || takesEffect(day) ? await carryOut(call, request, body) : null;
    if (answer !== null) await happenings.get(call)?.();
    if (day !== null && hangs(day)) {
      outside.impatient.get(String(request.headers[CALL_NUMBER]))?.();
    } else if (day !== null) spoil(day, call, request, response, answer);
    else if (answer !== null) send(response, answer);
  }

  function dayOf(call: Call): Day | null {
    const found = spoiled.get(call);
    if (found === undefined || found.times <= 0) return null;
    found.times -= 1;
    return found.day;
  }

  async function carryOut(call: Call, request: IncomingMessage, body: string): Promise<Answer> {
    switch (call) {
      case 'mint':
        return { status: 200, body: await outside.mint(body) };
      case 'sts':
        return assumeRole(new URLSearchParams(body));
      case 'jwks':
        return { status: 200, body: keySet(request.url ?? '') };
      case 'kms':
        return { status: 200, body: signature(body) };
      case 'secrets':
        return secret(body);
      case 'wake':
        return take(body);
      default:
        return forward(request, body);
    }
  }

  async function forward(request: IncomingMessage, body: string): Promise<Answer> {
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && /^(?:content-type|authorization|x-amz-.*)$/.test(name)
        ? [[name, value]]
        : [],
    );
    const answer = await fetch(broker.db.endpoint, { method: 'POST', headers, body });
    return { status: answer.status, body: await answer.text() };
  }

  function assumeRole(form: URLSearchParams): Answer {
    const issuedAt = Math.floor(broker.now / 1000) + outside.stsAhead;
    const name = form.get('RoleSessionName') ?? '';
    const number = String(outside.sessions.length + 1).padStart(4, '0');
    const accessKeyId = `ASIATEST${name.slice(-12).toUpperCase()}${number}`;
    outside.sessions.push({ accessKeyId, writ: name.split('+')[1] ?? '', issuedAt });
    const until = new Date((issuedAt + Number(form.get('DurationSeconds'))) * 1000).toISOString();
    const body =
      '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
      `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>secret-of-${number}</SecretAccessKey>` +
      `<SessionToken>session-token-of-${number}</SessionToken><Expiration>${until}</Expiration></Credentials>` +
      `<AssumedRoleUser><AssumedRoleId>AROATEST:${name}</AssumedRoleId></AssumedRoleUser>` +
      '</AssumeRoleResult></AssumeRoleResponse>';
    return { status: 200, body, headers: { 'x-amzn-requestid': `request-${number}` } };
  }

  function take(body: string): Answer {
    const {
      Entries,
    }: { readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[] } =
      JSON.parse(body);
    outside.woken.push(...Entries.map(({ MessageBody }) => MessageBody));
    const Successful = Entries.map(({ Id, MessageBody }) => ({
      ...{ Id, MessageId: `message-${Id}`, MD5OfMessageBody: hash('md5', MessageBody) },
    }));
    return { status: 200, body: JSON.stringify({ Successful }) };
  }

  function keySet(path: string): string {
    const { corp, platform, mdm } = broker.world.keys;
    const keys: { readonly [path: string]: object } = {
      '/keys/login.corp.example': corp.published,
      '/keys/platform.example': platform.published,
      '/keys/mdm.example': mdm.published,
    };
    return JSON.stringify({ keys: [keys[path] ?? {}] });
  }

  function signature(body: string): string {
    const { KeyId, Message } = JSON.parse(body);
    const der = sign('sha256', Buffer.from(Message, 'base64'), broker.world.keys.writ.privateKey);
    return JSON.stringify({ KeyId, Signature: der.toString('base64') });
  }
}

/** The first key is current; there is no previous one yet. */
function secret(body: string): Answer {
  if (JSON.parse(body).VersionStage !== 'AWSCURRENT') {
    return { status: 400, body: JSON.stringify({ __type: 'ResourceNotFoundException' }) };
  }
  return {
    status: 200,
    body: JSON.stringify({ SecretBinary: NONCE_KEYS[0]?.export().toString('base64') }),
  };
}

function callOf({ url = '', headers }: IncomingMessage, body: string): Call {
  const [service, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (url.startsWith('/keys/')) return 'jwks';
  if (url.includes('/invocations')) return 'mint';
  if (service === 'TrentService') return 'kms';
  if (service === 'secretsmanager') return 'secrets';
  if (service === 'AmazonSQS') return 'wake';
  if (operation === undefined) return 'sts';
  switch (operation) {
    case 'BatchGetItem':
      if (body.includes('20#revoked')) return 'target';
      if (body.includes('10#outcome')) return 'other';
      return body.includes('00#intent') ? 'heads before' : 'heads after';
    case 'UpdateItem':
      if (body.includes('recordedIn')) return 'recorded';
      return body.includes('ADD #count') ? 'count' : 'name';
    case 'GetItem':
      return body.includes('20#revoked') ? 'find' : 'other';
    case 'Query':
      if (body.includes('"DENY#')) return 'entries';
      return body.includes('IndexName') ? 'live' : 'other';
    case 'TransactWriteItems':
      if (body.includes('"S":"20#revoked#')) return 'commit';
      if (body.includes('"S":"20#stamped"')) return 'stamp';
      if (body.includes('"S":"21#enforced#')) return 'enforced';
      if (/"S":"00#(?:intent|refused|enrolled)"/.test(body)) return 'record';
      return body.includes('10#outcome') ? 'settle' : 'spend';
    case 'PutItem':
      if (body.includes('"S":"21#enforced#')) return 'enforced';
      return body.includes('10#outcome') ? 'settle' : 'append';
    default:
      return 'other';
  }
}

function spoil(
  day: Exclude<Day, HangingDay>,
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer | null,
): void {
  switch (day) {
    case 'the request is lost':
    case 'the answer is lost':
      request.socket.destroy();
      return;
    case 'throttled':
      send(response, refusalOf(call, call === 'mint' || call === 'jwks' ? 429 : 400, 'ThrottlingException'));
      return;
    case 'a failure of the service':
      send(response, refusalOf(call, 500, 'InternalFailure'));
      return;
    case 'garbage':
      send(response, { status: 200, body: '<html>secret-of-garbage' });
      return;
    case 'half an answer': {
      const { body = '' } = answer ?? {};
      send(response, { status: 200, body: body.slice(0, body.length / 2) });
    }
  }
}

function refusalOf(call: Call, status: number, code: string): Answer {
  const body =
    call === 'sts'
      ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`
      : JSON.stringify({ __type: code, message: 'no' });
  return { status, body, headers: { 'x-amzn-errortype': code } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers }).end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
