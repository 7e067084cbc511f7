import { mkdirSync } from 'node:fs';
import type { Functions, Invocation } from './aws/lambda.ts';
import type { FunctionSpec, FunctionsOptions } from './function-spec.ts';
import { DEFAULT_TIMEOUT_SECONDS, FunctionProcess } from './function-worker.ts';

export type { FunctionSpec, FunctionsOptions };

export interface LocalFunctions extends Functions {
  /**
   * A switch for bad days: while it is down a function answers nothing. Its processes are killed wherever they are, as a
   * crash would.
   */
  setDown(name: string, down: boolean): void;
  /**
   * Other code, other settings, as of the next invocation: what runs now ends as what it was.
   *
   * @param change - `env` is added to what there is.
   */
  update(name: string, change: Partial<FunctionSpec>): void;
  /** Refuses what waits, ends every process, and waits until they are gone. */
  close(): Promise<void>;
}

/**
 * Lambda's model on a laptop: a function is a process of its own with its role's credentials, started at the first
 * invocation, one invocation at a time; more processes up to `concurrency`, and a queue behind them.
 */
export function startFunctions(options: FunctionsOptions): LocalFunctions {
  mkdirSync(options.logsDir, { recursive: true, mode: 0o700 });
  const pools = new Map(
    Object.entries(options.functions).map(([name, spec]) => [name, new Pool(name, spec, options)]),
  );
  const poolOf = (name: string): Pool => {
    const pool = pools.get(name);
    if (pool === undefined) throw new TypeError('no such function');
    return pool;
  };
  return {
    has: (name) => pools.has(name),
    names: () => [...pools.keys()].sort(),
    configuration(name) {
      const { roleArn, env, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = poolOf(name).spec;
      // The Node that runs them here, in Lambda's words.
      return { runtime: `nodejs${process.versions.node.split('.')[0]}.x`, roleArn, timeoutSeconds, env };
    },
    invoke: async (name, payload, requestId) => poolOf(name).invoke(payload, requestId),
    setDown: (name, down) => poolOf(name).setDown(down),
    update: (name, change) => poolOf(name).update(change),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const DOWN: Invocation = {
  payload: JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage: 'The function is down.' }),
  functionError: 'Unhandled',
};

class Pool {
  readonly #name: string;
  readonly #options: FunctionsOptions;
  readonly #concurrency: number;
  readonly #idle: FunctionProcess[] = [];
  readonly #all = new Set<FunctionProcess>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #closed = false;
  #down = false;
  #spec: FunctionSpec;

  constructor(name: string, spec: FunctionSpec, options: FunctionsOptions) {
    this.#name = name;
    this.#options = options;
    this.#spec = spec;
    this.#concurrency = spec.concurrency ?? 1;
  }

  get spec(): FunctionSpec {
    return this.#spec;
  }

  update({ env, ...change }: Partial<FunctionSpec>): void {
    this.#spec = { ...this.#spec, ...change, env: { ...this.#spec.env, ...env } };
    for (const process of this.#idle.splice(0)) this.#retire(process);
  }

  async invoke(payload: string, requestId: string): Promise<Invocation> {
    if (this.#busy >= this.#concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy += 1;
    try {
      if (this.#closed) throw new Error('the function is closed');
      if (this.#down) return DOWN;
      const { spec } = this;
      const process = this.#take();
      const answer = await process.invoke(payload, requestId);
      if (spec === this.#spec) this.#give(process);
      else this.#retire(process);
      return answer;
    } finally {
      // The place goes to who waits, or becomes free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }

  #take(): FunctionProcess {
    for (let process = this.#idle.pop(); process !== undefined; process = this.#idle.pop()) {
      if (process.usable()) return process;
      this.#retire(process);
    }
    const process = new FunctionProcess(this.#name, this.#spec, this.#options);
    this.#all.add(process);
    return process;
  }

  #give(process: FunctionProcess): void {
    if (process.usable()) this.#idle.push(process);
    else this.#retire(process);
  }

  #retire(process: FunctionProcess): void {
    // It ends on its own time; `close` waits for those that have not.
    process
      .stop()
      .finally(() => this.#all.delete(process))
      .catch(() => undefined);
  }

  setDown(down: boolean): void {
    this.#down = down;
    if (down) for (const process of this.#all) process.kill();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((process) => process.stop()));
  }
}
