import type { Part } from './parts.ts';

const MINUTE_MILLIS = 60_000;

/** EventBridge's rate(1 minute): first after a minute, and a task that fails is tried again a minute later. */
export function everyMinute(task: () => Promise<unknown>, onTrouble: (error: unknown) => void): Part {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = task().catch(onTrouble);
  }, MINUTE_MILLIS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
