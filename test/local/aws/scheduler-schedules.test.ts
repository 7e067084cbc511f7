import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Delivery } from '../../../local/aws/scheduler-delivery.ts';
import { createSchedules, type Schedule } from '../../../local/aws/scheduler-schedules.ts';
import { NOW, REGION } from './world.ts';

const DAY = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function world(invoke: Delivery['invoke'] = async () => undefined) {
  const delivery = { invoke: vi.fn(invoke), bury: vi.fn(async () => undefined) };
  const onFault = vi.fn();
  const schedules = createSchedules({ region: REGION, now: Date.now, delivery, onFault });
  return { schedules, onFault, ...delivery };
}

const schedule = (change: Partial<Schedule> = {}, target: Partial<Schedule['target']> = {}): Schedule => ({
  name: 'one',
  group: 'writs',
  arn: 'arn:one',
  at: NOW + 5000,
  createdAt: NOW,
  deleteAfter: true,
  clientToken: undefined,
  asGiven: {},
  target: {
    ...{ arn: 'arn:close', functionName: 'close', roleArn: 'arn:role', input: '{"id":1}' },
    ...{ retries: 185, maxAgeSeconds: 86_400, deadLetterQueue: 'dead' },
    ...target,
  },
  ...change,
});

const FIRING = {
  name: 'one',
  groupArn: `arn:aws:scheduler:${REGION}:000000000000:schedule-group/writs`,
  target: schedule().target,
};

test('it fires at its second, once, and is gone', async () => {
  const { schedules, invoke, bury } = world();
  schedules.put(schedule());
  await vi.advanceTimersByTimeAsync(4999);
  expect(invoke).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(invoke.mock.calls).toEqual([[FIRING]]);
  expect(schedules.all()).toEqual([]);
  await vi.advanceTimersByTimeAsync(DAY);
  expect(invoke).toHaveBeenCalledTimes(1);
  expect(bury).not.toHaveBeenCalled();
});

test('without deletion it stays, and fires no more', async () => {
  const { schedules, invoke } = world();
  schedules.put(schedule({ deleteAfter: false }));
  await vi.advanceTimersByTimeAsync(DAY);
  expect(invoke).toHaveBeenCalledTimes(1);
  expect(schedules.get('writs', 'one')).not.toBeNull();
});

test('one whose time is further away than a timer goes', async () => {
  const { schedules, invoke } = world();
  schedules.put(schedule({ at: NOW + 60 * DAY }));
  await vi.advanceTimersByTimeAsync(60 * DAY - 1);
  expect(invoke).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(invoke).toHaveBeenCalledTimes(1);
});

test('one that was removed does not fire', async () => {
  const { schedules, invoke } = world();
  schedules.put(schedule());
  expect(schedules.remove('writs', 'one')).toBe(true);
  expect(schedules.remove('writs', 'one')).toBe(false);
  await vi.advanceTimersByTimeAsync(DAY);
  expect(invoke).not.toHaveBeenCalled();
});

test('a target that fails is tried again', async () => {
  let failures = 2;
  const { schedules, invoke, bury, onFault } = world(async () => {
    if (failures-- > 0) throw new Error('failed');
  });
  schedules.put(schedule());
  await vi.advanceTimersByTimeAsync(5000 + 1000 + 2000);
  expect(invoke).toHaveBeenCalledTimes(3);
  expect(bury).not.toHaveBeenCalled();
  expect(onFault).not.toHaveBeenCalled();
});

test.each([
  { name: 'three times more, however many it asks for', target: {}, calls: 4 },
  { name: 'as often as it asks for', target: { retries: 1 }, calls: 2 },
  { name: 'never', target: { retries: 0 }, calls: 1 },
  { name: 'not once its event is too old', target: { maxAgeSeconds: 2 }, calls: 2 },
])('one that always fails: $name; then the dead letter queue', async ({ target, calls }) => {
  const failure = new Error('failed');
  const { schedules, invoke, bury, onFault } = world(async () => {
    throw failure;
  });
  schedules.put(schedule({}, target));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(invoke).toHaveBeenCalledTimes(calls);
  expect(bury).toHaveBeenCalledTimes(1);
  expect(bury).toHaveBeenCalledWith(expect.objectContaining({ name: 'one' }), 'dead');
  expect(onFault.mock.calls).toEqual([[failure]]);
  expect(schedules.all()).toEqual([]);
});

test('a dead letter queue that does not take it is told of', async () => {
  const { schedules, bury, onFault } = world(async () => {
    throw new Error('failed');
  });
  const full = new Error('no queue');
  bury.mockRejectedValue(full);
  schedules.put(schedule({}, { retries: 0 }));
  await vi.advanceTimersByTimeAsync(5000);
  expect(onFault).toHaveBeenLastCalledWith(full);
});

test('closing lets what runs end, and nothing fires or is tried again after it', async () => {
  let finish = (): void => undefined;
  const { schedules, invoke, bury } = world(
    () =>
      new Promise((_, reject) => {
        finish = () => reject(new Error('closed'));
      }),
  );
  schedules.put(schedule());
  schedules.put(schedule({ name: 'later', at: NOW + 60_000 }));
  await vi.advanceTimersByTimeAsync(5000);
  let closed = false;
  const closing = schedules.close().then(() => {
    closed = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toBe(false);
  finish();
  await closing;
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(DAY);
  expect(invoke).toHaveBeenCalledTimes(1);
  expect(bury).not.toHaveBeenCalled();
});

test('closing ends a pause between two tries', async () => {
  const { schedules, invoke } = world(async () => {
    throw new Error('failed');
  });
  schedules.put(schedule());
  await vi.advanceTimersByTimeAsync(5500);
  await schedules.close();
  await vi.advanceTimersByTimeAsync(DAY);
  expect(invoke).toHaveBeenCalledTimes(1);
});
