/** From the start of a fresh process to its first answer. */
import { median } from './statistics.ts';
import type { Bench } from './systems.ts';
import type { Request } from './tokens.ts';
import type { Worker } from './worker.ts';

/** Milliseconds: on the clock, and of the process's own CPU, which other people's work delays less. */
interface First {
  readonly clock: number;
  readonly cpu: number;
}

/** Medians. */
export interface Cold {
  /** Writ's exchange, with its policy engine; mint is warm. */
  readonly exchange: First;
  /** Mint alone, from its start to its first secret. */
  readonly mint: First;
  /** The floor of equal work, first half, with the policy engine; and the minimal floor. */
  readonly equalExchange: First;
  readonly minimal: First;
}

export async function measureCold(bench: Bench, times: number): Promise<Cold> {
  const ask = (worker: Worker) => bench.client.send(worker.ports[0] ?? 0, bench.tokens.request());
  const found: { readonly [K in keyof Cold]: First[] } = {
    exchange: [],
    mint: [],
    equalExchange: [],
    minimal: [],
  };
  for (let time = 0; time < times; time++) {
    found.exchange.push(await first(() => bench.startFunction('exchange'), ask));
    const invocation = await heldInvocation(bench);
    const mint = async (worker: Worker) => {
      const said = await bench.client.send(worker.ports[0] ?? 0, invocation, '/invoke');
      if (!said.startsWith('{"ok":true')) throw new Error('a cold mint gave no secret');
    };
    found.mint.push(await first(() => bench.startFunction('mint'), mint));
    found.equalExchange.push(await first(() => bench.startFloor('floor-equal-exchange'), ask));
    found.minimal.push(await first(() => bench.startFloor('floor-minimal'), ask));
  }
  const of = (all: readonly First[]): First => ({
    clock: median(all.map(({ clock }) => clock)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  return {
    exchange: of(found.exchange),
    mint: of(found.mint),
    equalExchange: of(found.equalExchange),
    minimal: of(found.minimal),
  };
}

async function first(
  start: () => Promise<Worker>,
  ask: (worker: Worker) => Promise<unknown>,
): Promise<First> {
  const began = performance.now();
  const worker = await start();
  try {
    await ask(worker);
    const clock = performance.now() - began;
    return { clock, cpu: (await worker.usage()).cpu / 1000 };
  } finally {
    await worker.stop();
  }
}

/** A hand-over whose intent is in the ledger and which nobody has minted: good for ten seconds. */
async function heldInvocation(bench: Bench): Promise<Request> {
  await bench.stubs.ask('hold');
  await bench.client.send(bench.systems.writ.port, bench.tokens.request()).catch(() => undefined);
  return { headers: {}, body: await bench.stubs.ask<string>('held') };
}
