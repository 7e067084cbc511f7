import type { Part } from './parts.ts';

const MINUTE_MILLIS = 60_000;

/**
 * EventBridge's rate(1 minute): first after a minute, and a task that fails is tried again a minute later.
 *
 * @param minutes - Between two; another rate than that.
 */
export function everyMinute(
  task: () => Promise<unknown>,
  onTrouble: (error: unknown) => void,
  minutes = 1,
): Part {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = task().catch(onTrouble);
  }, minutes * MINUTE_MILLIS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
