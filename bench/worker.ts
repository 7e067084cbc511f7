/** The parent's side of a measured process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Question, Reply, Usage } from './gauge.ts';

export interface Worker {
  /** In the order in which the process listens. */
  readonly ports: readonly number[];
  ask<T>(question: string, given?: unknown): Promise<T>;
  usage(): Promise<Usage>;
  /** On return the process is gone. */
  stop(): Promise<void>;
}

export interface Start {
  /** Absolute path of a bundled module. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** All that it prints is appended here, as a function's log is. */
  readonly log: string;
}

/** Starts a process with nothing of ours but PATH, and waits until it listens. */
export async function startWorker({ entry, args = [], env, log }: Start): Promise<Worker> {
  const file = openSync(log, 'a', 0o600);
  const child = fork(entry, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    execArgv: profiling(),
    stdio: ['ignore', file, file, 'ipc'],
  });
  closeSync(file);
  const waiting = new Map<number, (reply: unknown) => void>();
  const ended = once(child, 'exit');
  child.on('message', ({ id, reply }: Reply) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  const answer = (id: number) => new Promise<unknown>((resolve) => waiting.set(id, resolve));
  const failed = ended.then(() => Promise.reject(new Error(`${entry} ended: see ${log}`)));
  failed.catch(() => undefined);

  const ports = (await Promise.race([answer(0), failed])) as readonly number[];
  let asked = 0;
  const ask = async <T>(question: string, given: unknown = null): Promise<T> => {
    asked += 1;
    const answered = answer(asked);
    child.send({ id: asked, ask: question, with: given } satisfies Question);
    return (await Promise.race([answered, failed])) as T;
  };
  return {
    ports,
    ask,
    usage: () => ask<Usage>('usage'),
    async stop() {
      // Not a signal: a process that is being profiled writes its profile when it leaves by itself.
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** `BENCH_CPU_PROFILE=<folder>`: each process leaves a CPU profile there. */
const profiling = (): string[] => {
  const folder = process.env.BENCH_CPU_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
};
