/** Threads that share work: each gets the next job when it has done one. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { IntakeOptions } from './intake.ts';
import type { Answers, Job } from './jobs.ts';

/** A job that could not be done: the file system's code, or `defect`. */
export class JobFailed extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'JobFailed';
    this.code = code;
  }
}

type Answer = { readonly done: unknown } | { readonly failed: { readonly code: string } };

/**
 * Without limits V8 lets garbage grow with the machine's memory, and with the trail. A file that is parsed as a whole, of
 * whatever JSON, fits several times.
 */
const HEAP = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 48 };

/** One thread. Jobs of one thread are done one after the other. */
export class Thread {
  readonly #worker: Worker;
  #ended: Error | null = null;
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;

  constructor(options: IntakeOptions) {
    this.#worker = new Worker(workerFile(), { workerData: options, resourceLimits: HEAP });
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if ('done' in answer) waiting?.resolve(answer.done);
      else waiting?.reject(new JobFailed(answer.failed.code));
    });
    this.#worker.on('error', (error) => {
      // Out of memory, above all: what it had counted is lost, so the run is.
      const code = 'code' in error ? String(error.code) : error.name;
      this.#ended = new JobFailed(code);
      this.#waiting?.reject(this.#ended);
      this.#waiting = null;
    });
  }

  /** @throws JobFailed */
  run<J extends Job>(job: J): Promise<Answers[J['job']]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve: (value) => resolve(value as Answers[J['job']]), reject };
      this.#worker.postMessage(job);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Does each job once, on whichever thread is free; a thread begins the jobs in their order.
 *
 * @param around - What has to be done before and after a job, outside of the thread.
 * @param onDone - In the order in which they are done.
 * @throws JobFailed
 */
export async function share<J extends Job>(
  threads: readonly Thread[],
  jobs: Iterable<J>,
  { around = (_, work) => work() }: { readonly around?: <T>(job: J, work: () => Promise<T>) => Promise<T> },
  onDone: (answer: Answers[J['job']], job: J) => void,
): Promise<void> {
  const waiting = jobs[Symbol.iterator]();
  const work = async (thread: Thread): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const job = next.value;
      onDone(await around(job, () => thread.run(job)), job);
    }
  };
  await Promise.all(threads.map(work));
}

/** Beside this file: as source, or as what it was built to. */
function workerFile(): string {
  const names = import.meta.url.endsWith('.ts')
    ? ['./worker.ts']
    : ['./audit-worker.js', './command/audit-worker.js'];
  const files = names.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  return files.find((file) => existsSync(file)) ?? files.at(-1) ?? '';
}
