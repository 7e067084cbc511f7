import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { MAX_BODY_BYTES } from '../../../core/limits.ts';
import type { Received } from '../../../core/request.ts';
import { type Answer, okAnswer } from '../../../lambda/edge/answer.ts';
import { type Endpoint, type HttpResult, httpEndpoint } from '../../../lambda/edge/http.ts';
import { CONTEXT, httpApiEvent, restEvent } from './events.ts';
import { catchOutput, linesOf } from './output.ts';

const ENDPOINT: Endpoint = {
  name: 'token',
  method: 'POST',
  path: '/token',
  publicUrl: 'https://writ.example/v1',
};
const CANARY = 'eyJhbGciOiJFUzI1NiJ9.canary.canary';

let output: () => string;
beforeEach(() => {
  output = catchOutput();
});

const answering = (handle: (received: Received) => Promise<Answer>) => httpEndpoint(handle, ENDPOINT);
const throwing = (error: unknown) => answering(() => Promise.reject(error));
const bodyOf = (result: HttpResult): unknown => JSON.parse(result.body);

describe.each([
  { shape: 'REST proxy', event: restEvent },
  { shape: 'HTTP API', event: httpApiEvent },
])('$shape', ({ event }) => {
  test('core is handed the request, and its answer goes out as JSON that nobody stores', async () => {
    let seen: Received | undefined;
    const handler = answering(async (received) => {
      seen = received;
      return okAnswer({ writ: '01jd3v9q2m8x7c4b' }, 'next-nonce');
    });
    const result = await handler(event(), CONTEXT);
    expect(seen?.url).toBe('https://writ.example/v1/token');
    expect(result).toEqual({
      statusCode: 200,
      headers: {
        'Cache-Control': 'no-store',
        Pragma: 'no-cache',
        'Content-Type': 'application/json',
        'X-Content-Type-Options': 'nosniff',
        'DPoP-Nonce': 'next-nonce',
      },
      body: '{"writ":"01jd3v9q2m8x7c4b"}',
    });
  });

  test('a body over the limit is refused before core sees it', async () => {
    const handler = throwing(new Error('core was called'));
    const result = await handler(event({ body: 'x'.repeat(MAX_BODY_BYTES + 1) }), CONTEXT);
    expect(result).toMatchObject({ statusCode: 413, body: '{"error":"invalid_request"}' });
    expect(linesOf(output())).toContainEqual(expect.objectContaining({ reason_code: 'request_too_large' }));
  });
});

test('another method is answered 405 with the one that would do', async () => {
  const handler = throwing(new Error('core was called'));
  const result = await handler(restEvent({ httpMethod: 'GET' }), CONTEXT);
  expect(result).toMatchObject({ statusCode: 405, headers: { Allow: 'POST', 'Cache-Control': 'no-store' } });
});

test('a fault is 503 with its own Retry-After; which one it was stands in the log only', async () => {
  const result = await throwing(new Fault('ledger_unavailable', { retryAfter: 7 }))(restEvent(), CONTEXT);
  expect(result).toMatchObject({
    statusCode: 503,
    headers: { 'Retry-After': '7', 'Cache-Control': 'no-store' },
    body: '{"error":"temporarily_unavailable"}',
  });
  expect(linesOf(output())).toContainEqual(
    expect.objectContaining({ message: 'fault', endpoint: 'token', code: 'ledger_unavailable' }),
  );
});

test.each([
  { thrown: 'an error that quotes its input', error: new SyntaxError(`Unexpected token in ${CANARY}`) },
  { thrown: 'an error named after its input', error: Object.assign(new Error('x'), { name: CANARY }) },
  { thrown: 'an error with a cause', error: new Error('x', { cause: { body: CANARY } }) },
  { thrown: 'a fault with a cause', error: new Fault('sts_unavailable', { cause: new Error(CANARY) }) },
  { thrown: 'a string', error: CANARY },
])('$thrown: 503, and nothing of it in answer or log', async ({ error }) => {
  const result = await throwing(error)(restEvent({ body: `subject_token=${CANARY}` }), CONTEXT);
  expect(result.statusCode).toBe(503);
  expect(bodyOf(result)).toEqual({ error: 'temporarily_unavailable' });
  expect(JSON.stringify(result) + output()).not.toContain('canary');
});

test('the search above would find a canary that is there', async () => {
  process.stdout.write(`${CANARY}\n`);
  expect(output()).toContain('canary');
});

test('an event that is not API Gateway’s is a fault, not a crash that Lambda prints', async () => {
  const result = await throwing(new Error('x'))({ secret: CANARY } as never, CONTEXT);
  expect(result.statusCode).toBe(503);
  expect(output()).not.toContain('canary');
});

test('an answer that is no JSON is a fault', async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const result = await answering(async () => okAnswer(circular))(restEvent(), CONTEXT);
  expect(result.statusCode).toBe(503);
});
