import { load } from './load.ts';
import type { Recorded } from './stubs.ts';
import type { Bench } from './systems.ts';

export interface Warm {
  readonly exchanges: number;
  /** What the stubs saw during them. */
  readonly connections: number;
  readonly jwksFetches: number;
  /** Calls to AWS of one exchange, by operation. */
  readonly calls: { readonly [operation: string]: number };
}

/** What a warm exchange leaves out: no connection is opened, and no issuer is asked for its keys. */
export async function measureWarm(bench: Bench, exchanges: number): Promise<Warm> {
  const ask = () => bench.client.send(bench.systems.writ.port, bench.tokens.request());
  // The second of two calls side by side needs a connection of its own: a few exchanges, until all are there.
  await load(20, 1, ask);
  const before = await bench.counts();
  await load(exchanges, 1, ask);
  const after = await bench.counts();
  await bench.stubs.ask('record');
  await ask();
  const recorded = await bench.stubs.ask<Recorded>('recorded');
  return {
    exchanges,
    connections: after.connections - before.connections,
    jwksFetches: after.jwks - before.jwks,
    calls: Object.fromEntries(
      Object.entries(recorded).map(([operation, bodies]) => [operation, bodies.length]),
    ),
  };
}
