/** Throughput, latency and CPU of all systems, in turns: what else the machine does hits all of them alike. */
import { load } from './load.ts';
import { quantile } from './statistics.ts';
import { type Bench, type Measured, SYSTEMS, type System } from './systems.ts';

export interface Turn {
  readonly system: System;
  readonly concurrency: number;
  readonly round: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** User and system CPU of the system's processes, milliseconds per exchange. */
  readonly cpu: number;
  /** Resident memory of each of its processes at the end of the turn, bytes. */
  readonly rss: readonly number[];
}

export const CONCURRENCIES = [1, 4, 16] as const;

export interface Plan {
  readonly rounds: number;
  /** Exchanges in one turn, and before the first one. */
  readonly exchanges: number;
  readonly warmUp: number;
}

export async function runRounds(bench: Bench, plan: Plan): Promise<readonly Turn[]> {
  for (const system of SYSTEMS) {
    for (const concurrency of CONCURRENCIES)
      await ask(bench, bench.systems[system], plan.warmUp, concurrency);
  }
  const turns: Turn[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    for (const concurrency of CONCURRENCIES) {
      // Each system takes each place in a round equally often.
      for (const index of SYSTEMS.keys()) {
        const system = SYSTEMS[(index + round) % SYSTEMS.length] ?? 'writ';
        turns.push({
          system,
          concurrency,
          round,
          ...(await turn(bench, system, plan.exchanges, concurrency)),
        });
      }
    }
  }
  return turns;
}

const ask = (bench: Bench, { port }: Measured, count: number, concurrency: number) =>
  load(count, concurrency, () => bench.client.send(port, bench.tokens.request()));

async function turn(bench: Bench, system: System, count: number, concurrency: number) {
  const measured = bench.systems[system];
  const usages = () => Promise.all(measured.workers.map((worker) => worker.usage()));
  const before = await usages();
  const { latencies, seconds } = await ask(bench, measured, count, concurrency);
  const after = await usages();
  const micros = after.reduce((sum, { cpu }, index) => sum + cpu - (before[index]?.cpu ?? 0), 0);
  return {
    perSecond: count / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: micros / 1000 / count,
    rss: after.map(({ rss }) => rss),
  };
}
