import { beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { invocation } from '../../../lambda/edge/invocation.ts';
import { logDone, logFault, logRefusal, logSwept } from '../../../lambda/edge/log.ts';
import { CONTEXT } from './events.ts';
import { catchOutput, linesOf } from './output.ts';

let output: () => string;
beforeEach(() => {
  output = catchOutput();
});

test('a refusal is one line and one count, each of our own words', () => {
  logRefusal({ endpoint: 'token', reason: 'actor_unknown', writ: '01jd3v9q2m8x7c4b' });
  const [line, count] = linesOf(output());
  expect(line).toMatchObject({
    level: 'INFO',
    message: 'refused',
    endpoint: 'token',
    reason_code: 'actor_unknown',
    writ: '01jd3v9q2m8x7c4b',
  });
  expect(count).toMatchObject({ endpoint: 'token', outcome: 'refused', reason: 'actor_unknown', Exits: 1 });
});

test('a sweep is one line and two counts, zero on a good day', () => {
  logSwept({ settled: 7, orphaned: 2, unreadable: 0 });
  const [line, count] = linesOf(output());
  expect(line).toMatchObject({ message: 'swept', settled: 7, orphaned: 2, unreadable: 0 });
  expect(count).toMatchObject({ Orphaned: 2, Unreadable: 0 });
  expect(count).not.toHaveProperty('endpoint');
});

test('the count’s dimensions are closed sets: no writ, user or address among them', () => {
  logDone('token', '01jd3v9q2m8x7c4b');
  const count = linesOf(output()).find((line) => '_aws' in line);
  expect(count).toMatchObject({
    _aws: {
      CloudWatchMetrics: [{ Namespace: 'Writ', Dimensions: [['service', 'endpoint', 'outcome', 'reason']] }],
    },
  });
  expect(JSON.stringify(count)).not.toContain('01jd3v9q2m8x7c4b');
});

test('what is not a writ id is not logged as one', () => {
  logDone('token', 'eyJhbGciOi.canary');
  expect(output()).not.toContain('canary');
});

test('a fault is our code and a class name', () => {
  logFault(new Fault('sts_unavailable', { cause: new TypeError('canary') }), 'mint');
  expect(linesOf(output())[0]).toMatchObject({
    level: 'ERROR',
    endpoint: 'mint',
    code: 'sts_unavailable',
    cause: 'TypeError',
  });
  expect(output()).not.toContain('canary');
});

test('a private function lets out a fault as it is', async () => {
  const fault = new Fault('intent_missing');
  await expect(invocation(() => Promise.reject(fault), 'mint')({}, CONTEXT)).rejects.toBe(fault);
});

test('a private function lets out nothing else: Lambda would print it, message and stack', async () => {
  const handler = invocation(() => Promise.reject(new Error('canary')), 'mint');
  const error = await handler({}, CONTEXT).catch((caught: unknown) => caught);
  expect(error).toEqual(new Fault('misconfigured'));
  expect(String((error as Error).stack) + output()).not.toContain('canary');
});
