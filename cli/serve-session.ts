import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from './failure.ts';
import { type Held, renewalDue, usableUntil } from './held.ts';

/** A session that is kept at hand, for clients that ask again and again and cannot wait. */
export interface ServedSession {
  /**
   * The session, at once where there is one; else after a second at most.
   *
   * @throws Failure: why there is none. It is tried again by itself, and on a later ask.
   */
  take(): Promise<Held>;
  /** Renews no more. Resolves once nothing is under way. */
  stop(): Promise<void>;
}

/** Milliseconds: botocore gives up after two seconds, Java after one. */
const PATIENCE_MS = 800;
/** Milliseconds after which a fault, or a refusal, is worth another try: a person may have signed in meanwhile. */
const AFTER_FAULT_MS = 2_000;
const AFTER_REFUSAL_MS = 10_000;

/**
 * Renews ahead of each deadline, as long as somebody has taken what was got last: a session that nobody uses is not
 * asked for. While a renewal fails the old session is given out as long as it is good.
 *
 * @param obtain - One that is not due for renewal. Must wait for no person.
 * @param clock - Milliseconds since 1970.
 * @throws whatever the first `obtain` does.
 */
export async function serveSession(obtain: () => Promise<Held>, clock: () => number): Promise<ServedSession> {
  let held = await obtain();
  let isTaken = false;
  let renewing: Promise<void> | null = null;
  let failed: { readonly caught: unknown; readonly until: number } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const isUsable = () => clock() < usableUntil(held);
  const nextTry = () => Math.max(renewalDue(held), failed?.until ?? 0);
  const plan = () => {
    clearTimeout(timer);
    // What is over is asked for when somebody wants it.
    if (isStopped || !isTaken || !isUsable()) return;
    timer = setTimeout(() => void renew(), Math.max(0, nextTry() - clock()));
    timer.unref();
  };
  const attempt = async () => {
    try {
      held = await obtain();
      isTaken = false;
      failed = null;
    } catch (caught) {
      failed = { caught, until: clock() + (isRefusal(caught) ? AFTER_REFUSAL_MS : AFTER_FAULT_MS) };
    } finally {
      renewing = null;
      plan();
    }
  };
  const renew = (): Promise<void> => {
    renewing ??= isStopped ? null : attempt();
    return renewing ?? Promise.resolve();
  };

  return {
    async take() {
      const isFirst = !isTaken;
      isTaken = true;
      if (isUsable()) {
        if (clock() >= nextTry()) void renew();
        else if (isFirst) plan();
        return held;
      }
      if (renewing !== null || clock() >= nextTry())
        await Promise.race([renew(), wait(PATIENCE_MS, undefined, { ref: false })]);
      if (isUsable()) {
        isTaken = true;
        plan();
        return held;
      }
      throw renewing === null && failed !== null ? failed.caught : notYet();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await renewing;
    },
  };
}

const isRefusal = (caught: unknown): boolean => caught instanceof Failure && caught.fields.exit !== 4;

const notYet = (): Failure =>
  new Failure({
    exit: 4,
    error: 'not_yet',
    what: 'A new session is being asked for.',
    why: 'The broker has not answered yet.',
    next: 'Ask again in a second.',
  });
