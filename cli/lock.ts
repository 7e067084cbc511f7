import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from './failure.ts';

/** Milliseconds between two looks. */
const POLL_MS = 40;
/** Milliseconds after which a holder is taken for gone: all its requests' timeouts together are shorter. */
const STALE_MS = 60_000;
/** Whoever breaks a lock needs microseconds; a breaker this old has died. */
const BREAKER_STALE_MS = 5000;

/**
 * Runs the work while no other process does, per lock file. The file appears whole, with its holder's pid in it;
 * one whose holder has died is broken.
 *
 * @param settled - Looked at while waiting: what the holder has done may be all that was wanted; null: it is not yet.
 * @throws Failure (exit 4) after a minute in which others held it.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  settled: () => Promise<T | null> = async () => null,
): Promise<T> {
  const mine = `${process.pid} ${randomUUID()}`;
  const theirs = await acquire(file, mine, settled);
  if (theirs !== null) return theirs;
  try {
    return await work();
  } finally {
    // One that was taken for dead must not free the lock of its successor.
    if ((await contentOf(file)) === mine) await rm(file, { force: true });
  }
}

/** @returns null once the lock is ours; or what was settled by another meanwhile. */
async function acquire<T>(file: string, mine: string, settled: () => Promise<T | null>): Promise<T | null> {
  const candidate = `${file}.${randomUUID()}`;
  await writeFile(candidate, mine, { mode: 0o600, flag: 'wx' });
  try {
    const until = performance.now() + STALE_MS;
    while (!(await linked(candidate, file))) {
      const theirs = await settled();
      if (theirs !== null) return theirs;
      if (await isStale(file)) await breakLock(file);
      else if (performance.now() > until) throw busy();
      else await wait(POLL_MS);
    }
    return null;
  } finally {
    await rm(candidate, { force: true });
  }
}

/** `link` makes a name only if it is free: the one atomic test-and-set of every POSIX file system. */
async function linked(from: string, to: string): Promise<boolean> {
  // The lock's age counts from here, not from when its holder began to wait.
  const now = new Date();
  await utimes(from, now, now);
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

const contentOf = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);

const ageOf = (file: string): Promise<number> =>
  stat(file).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );

async function isStale(file: string): Promise<boolean> {
  const content = await contentOf(file);
  if (content === null) return false;
  return !isAlive(Number.parseInt(content, 10)) || (await ageOf(file)) > STALE_MS;
}

const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** One breaker at a time, and it looks again: else a second one could remove the lock that replaced a stale one. */
async function breakLock(file: string): Promise<void> {
  const breaker = `${file}.break`;
  const handle = await open(breaker, 'wx', 0o600).catch(() => null);
  if (handle === null) {
    if ((await ageOf(breaker)) > BREAKER_STALE_MS) await rm(breaker, { force: true });
    else await wait(POLL_MS);
    return;
  }
  try {
    if (await isStale(file)) await rm(file, { force: true });
  } finally {
    await handle.close();
    await rm(breaker, { force: true });
  }
}

const busy = (): Failure =>
  new Failure({
    exit: 4,
    error: 'busy',
    what: 'Another writ process has been asking for the same thing for a minute.',
    next: 'Try again.',
  });
