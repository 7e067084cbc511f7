import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everyMinute } from '../../local/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE = 60_000;
const nobody = () => {
  throw new Error('no trouble expected');
};

test('the first call comes after a minute, then one each minute', async () => {
  const task = vi.fn(async () => 'swept');
  everyMinute(task, nobody);
  await vi.advanceTimersByTimeAsync(MINUTE - 1);
  expect(task).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(task).toHaveBeenCalledTimes(3);
});

test('a task that fails is told of, and tried again', async () => {
  const failure = new Error('the function failed');
  const task = vi.fn(async () => Promise.reject(failure));
  const onTrouble = vi.fn();
  everyMinute(task, onTrouble);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(onTrouble.mock.calls).toEqual([[failure], [failure]]);
});

test('closing waits for a call that runs, and no other follows', async () => {
  let finish = (): void => undefined;
  const task = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const schedule = everyMinute(task, nobody);
  await vi.advanceTimersByTimeAsync(MINUTE);

  let closed = false;
  const closing = schedule.close().then(() => {
    closed = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toBe(false);
  finish();
  await closing;
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(task).toHaveBeenCalledTimes(1);
});
