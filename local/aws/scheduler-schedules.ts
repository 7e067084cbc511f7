import type { Clock } from '../../core/ports.ts';
import type { Delivery } from './scheduler-delivery.ts';
import type { ScheduleInput } from './scheduler-input.ts';
import { groupArn } from './scheduler-names.ts';

export interface Schedule extends ScheduleInput {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The schedules that stand, each with its timer. */
export interface Schedules {
  get(group: string, name: string): Schedule | null;
  /** Takes the place of one of that name. It fires at its time, or at once if that is past. */
  put(schedule: Schedule): void;
  /** What fires already goes on. @returns false when there was none. */
  remove(group: string, name: string): boolean;
  /** In order of `group/name`. */
  all(): readonly Schedule[];
  /** Nothing fires any more; on return nothing runs. */
  close(): Promise<void>;
}

/** Node's timers go no further; milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Pauses before another try, milliseconds. A target that asks for more tries than these gets no more: AWS tries for up
 * to a day, with growing pauses, and nobody waits for that on a laptop.
 */
const PAUSES = [1000, 2000, 4000];

/**
 * Fires at the second, where AWS fires within the minute that begins at it. AWS also invokes a function without waiting
 * for it, so that a function's own error is for Lambda to try again; here it is tried again, and buried, like any other.
 */
export function createSchedules(options: {
  readonly region: string;
  readonly now: Clock;
  readonly delivery: Delivery;
  readonly onFault: (error: unknown) => void;
}): Schedules {
  const { region, now, delivery, onFault } = options;
  const standing = new Map<string, { readonly schedule: Schedule; timer: NodeJS.Timeout | undefined }>();
  const running = new Set<Promise<void>>();
  const pausing = new Set<() => void>();
  let closed = false;

  function arm(key: string): void {
    const entry = standing.get(key);
    if (entry === undefined || closed) return;
    const left = entry.schedule.at - now();
    if (left <= 0) start(key);
    else entry.timer = setTimeout(() => arm(key), Math.min(left, LONGEST_TIMER)).unref();
  }

  function start(key: string): void {
    const schedule = standing.get(key)?.schedule;
    if (schedule === undefined) return;
    const run = fire(schedule)
      .catch(onFault)
      .finally(() => {
        running.delete(run);
        if (schedule.deleteAfter && standing.get(key)?.schedule === schedule) standing.delete(key);
      });
    running.add(run);
  }

  async function fire({ name, group, target, at }: Schedule): Promise<void> {
    const firing = { name, groupArn: groupArn(region, group), target };
    for (const pause of [...PAUSES.slice(0, target.retries), null]) {
      try {
        return await delivery.invoke(firing);
      } catch (error) {
        if (closed) return;
        if (pause === null || now() + pause > at + target.maxAgeSeconds * 1000) {
          onFault(error);
          break;
        }
        await wait(pause);
        if (closed) return;
      }
    }
    if (target.deadLetterQueue !== undefined) await delivery.bury(firing, target.deadLetterQueue);
  }

  function wait(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        pausing.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, millis).unref();
      pausing.add(wake);
    });
  }

  return {
    get: (group, name) => standing.get(`${group}/${name}`)?.schedule ?? null,
    put(schedule) {
      const key = `${schedule.group}/${schedule.name}`;
      clearTimeout(standing.get(key)?.timer);
      standing.set(key, { schedule, timer: undefined });
      arm(key);
    },
    remove(group, name) {
      const key = `${group}/${name}`;
      clearTimeout(standing.get(key)?.timer);
      return standing.delete(key);
    },
    all: () =>
      [...standing.entries()]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, { schedule }]) => schedule),
    async close() {
      closed = true;
      for (const { timer } of standing.values()) clearTimeout(timer);
      for (const wake of [...pausing]) wake();
      await Promise.all(running);
    },
  };
}
