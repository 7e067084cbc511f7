import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { NOTHING_TRIED } from '../../../core/probe/result.ts';
import { invocation } from '../../../lambda/edge/invocation.ts';
import {
  logClosed,
  logDone,
  logFault,
  logProbed,
  logReconciled,
  logRefusal,
  logRevocation,
  logScheduled,
  logSwept,
} from '../../../lambda/edge/log.ts';
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
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    service: 'writ',
    endpoint: 'token',
    reason_code: 'actor_unknown',
    writ: '01jd3v9q2m8x7c4b',
  });
  expect(count).toMatchObject({ endpoint: 'token', outcome: 'refused', reason: 'actor_unknown', Exits: 1 });
});

describe('the release', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });
  const lineOf = async (setting: string | undefined) => {
    vi.stubEnv('WRIT_RELEASE', setting);
    vi.resetModules();
    const { logDone: log } = await import('../../../lambda/edge/log.ts');
    log('token', null);
    return linesOf(output())[0];
  };

  test('is on every line', async () => {
    expect(await lineOf('0.1.0')).toMatchObject({ message: 'done', release: '0.1.0' });
  });

  test.each([undefined, '', 'a secret, perhaps', `1${'0'.repeat(64)}`])('is not: %s', async (setting) => {
    expect(await lineOf(setting)).not.toHaveProperty('release');
  });
});

test('a sweep is one line and three counts, zero on a good day', () => {
  logSwept({ settled: 7, orphaned: 2, closed: 1, unreadable: 0 });
  const [line, count] = linesOf(output());
  expect(line).toMatchObject({ message: 'swept', settled: 7, orphaned: 2, closed: 1, unreadable: 0 });
  expect(count).toMatchObject({ Orphaned: 2, SchedulesLost: 1, Unreadable: 0 });
  expect(count).not.toHaveProperty('endpoint');
});

test('a reconcile is one line and five counts; drift and a fault are errors of their own', () => {
  logReconciled({
    account: '444455556666',
    drift: ['default_differs', 'role_detached:reports'],
    verified: false,
    behind: true,
    written: 1,
    enforced: 0,
    forgotten: 2,
    impossible: 0,
    characters: 5000,
    fault: new Fault('iam_unavailable'),
  });
  const [line, edited, detached, count, fault] = linesOf(output());
  expect(line).toMatchObject({ level: 'INFO', message: 'reconciled', account: '444455556666', written: 1 });
  expect(edited).toMatchObject({ level: 'ERROR', message: 'drift', what: 'default_differs' });
  expect(detached).toMatchObject({ account: '444455556666', what: 'role_detached:reports' });
  expect(count).toMatchObject({ Drift: 2, Unverified: 1, Behind: 1, Impossible: 0, DenyCharacters: 5000 });
  expect(fault).toMatchObject({ message: 'fault', endpoint: 'reconcile', code: 'iam_unavailable' });
});

test('a batch of the stream: what was made of it, and each record that failed by its name there', () => {
  logScheduled({ scheduled: 3, closed: 1, failed: [{ sequence: '4711', fault: 'poison' }] });
  const [line, failed, count] = linesOf(output());
  expect(line).toMatchObject({ level: 'INFO', message: 'scheduled', scheduled: 3, closed: 1 });
  expect(failed).toMatchObject({
    level: 'ERROR',
    message: 'not_scheduled',
    sequence: '4711',
    fault: 'poison',
  });
  expect(count).toMatchObject({ NotScheduled: 1 });
});

test('a writ that is closed is one line; one that cannot be is counted', () => {
  logClosed('01jd3v9q2m8x7c4b', 'closed');
  logClosed('01jd3v9q2m8x7c4b', 'unreadable');
  const [closed, unreadable, count, ...more] = linesOf(output());
  expect(closed).toMatchObject({ message: 'closed', writ: '01jd3v9q2m8x7c4b', state: 'closed' });
  expect(unreadable).toMatchObject({ message: 'closed', state: 'unreadable' });
  expect(count).toMatchObject({ Unreadable: 1 });
  expect(more).toEqual([]);
});

test('the count’s dimensions are closed sets: no writ, user or address among them', () => {
  logDone('token', '01jd3v9q2m8x7c4b');
  const count = linesOf(output()).find((line) => '_aws' in line);
  expect(count).toMatchObject({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'Writ',
          Dimensions: [['service', 'endpoint', 'outcome', 'reason']],
          Metrics: [{ Name: 'Exits', Unit: 'Count' }],
        },
      ],
    },
    service: 'writ',
  });
  expect(JSON.stringify(count)).not.toContain('01jd3v9q2m8x7c4b');
});

test('a probe is one line, and a count for each step that was tried, of the minute in which it began', () => {
  const steps = { ...NOTHING_TRIED.steps, exchange: 'ok', allowed: 'denied' } as const;
  logProbed({ ...NOTHING_TRIED, steps, writ: '01jd3v9q2m8x7c4b', refusedAfterMillis: 1500 }, 60_000);
  const [line, ...counts] = linesOf(output());
  expect(line).toMatchObject({ level: 'INFO', message: 'probed', exchange: 'ok', allowed: 'denied' });
  expect(line).toMatchObject({ revocation: 'not_tried', refusedAfterMillis: 1500, writ: '01jd3v9q2m8x7c4b' });
  expect(counts).toMatchObject([
    { service: 'writ', step: 'exchange', ProbeFailed: 0 },
    { service: 'writ', step: 'allowed', ProbeFailed: 1 },
    { service: 'writ', RefusedAfter: 1500 },
  ]);
  const metrics = counts.map(({ _aws }) => _aws as { readonly Timestamp: number });
  expect(metrics.map(({ Timestamp }) => Timestamp)).toEqual([60_000, 60_000, 60_000]);
  expect(metrics[0]).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['service', 'step']] }] });
  expect(metrics[2]).toMatchObject({
    CloudWatchMetrics: [
      { Dimensions: [['service']], Metrics: [{ Name: 'RefusedAfter', Unit: 'Milliseconds' }] },
    ],
  });
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

test('a revocation is one line: its id, or why there is none, and nobody’s words', () => {
  logRevocation({ ended: 3, revocation: '01jd3v9q2m8x7c4b', also: ['mdm:SN-1'], woken: true });
  logRevocation({ ended: 0, revocation: null, why: 'policy' });
  const [done, refused, ...more] = linesOf(output());
  expect(done).toMatchObject({
    message: 'revocation',
    revocation: '01jd3v9q2m8x7c4b',
    ended: 3,
    woken: true,
  });
  expect(refused).toMatchObject({ message: 'revocation_refused', why: 'policy' });
  expect(more).toEqual([]);
  expect(output()).not.toContain('SN-1');
});
