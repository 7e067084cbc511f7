/** From the start of a fresh process to its first answer. */
import { type BenchAccount, openAccount } from './account.ts';
import { streamEvent } from './deferred.ts';
import { median } from './statistics.ts';
import type { Bench } from './systems.ts';
import type { Request } from './tokens.ts';
import type { Worker } from './worker.ts';

/** Milliseconds: on the clock, and of the process's own CPU, which other people's work delays less. */
export interface First {
  readonly clock: number;
  readonly cpu: number;
}

/** Writ's functions by their names, and two floors. */
const MEASURED = [
  /** With its policy engine; mint is warm. */
  'exchange',
  /** Alone, from its start to its first secret. */
  'mint',
  /** One writ of the caller's own, policy and commit and queue. */
  'revoke',
  /** A policy of an account that stands as it should, both canaries probed. */
  'reconcile',
  'writs',
  'status',
  /** One issued writ gets its schedule. */
  'schedule',
  /** Of a writ that is not known: nothing is written. */
  'close',
  'sweep',
  /** The floor of equal work, first half, with the policy engine; and the minimal floor. */
  'equalExchange',
  'minimal',
] as const;

/** Medians. */
export type Cold = { readonly [name in (typeof MEASURED)[number]]: First };

interface Start {
  readonly start: () => Promise<Worker>;
  readonly ask: (worker: Worker) => Promise<unknown>;
}

/** @param folder - Of what the local AWS writes. */
export async function measureCold(bench: Bench, folder: string, times: number): Promise<Cold> {
  const account = await openAccount(bench.policy, `http://127.0.0.1:${bench.stubs.ports[0]}`, folder);
  try {
    const found = new Map<keyof Cold, First[]>();
    for (let time = 0; time < times; time++) {
      const starts = await startsOf(bench, account);
      // The policy is there, and attached, before a run of it is measured.
      if (time === 0) await first(starts.reconcile);
      for (const name of MEASURED) found.set(name, [...(found.get(name) ?? []), await first(starts[name])]);
    }
    const medians = MEASURED.map((name): [string, First] => {
      const all = found.get(name) ?? [];
      const of = (by: keyof First) => median(all.map((one) => one[by]));
      return [name, { clock: of('clock'), cpu: of('cpu') }];
    });
    return Object.fromEntries(medians) as { [name in keyof Cold]: First };
  } finally {
    await account.close();
  }
}

/** What each is asked: a request is good once, so there are new ones for each time. */
async function startsOf(
  bench: Bench,
  account: BenchAccount,
): Promise<{ readonly [name in keyof Cold]: Start }> {
  const { client, tokens } = bench;
  const exchange = (worker: Worker) => client.send(worker.ports[0] ?? 0, tokens.request());
  const invoked = (duty: string, event: object, env = {}): Start => ({
    start: () => bench.startFunction(duty, env),
    ask: (worker) =>
      client.send(worker.ports[0] ?? 0, { headers: {}, body: JSON.stringify(event) }, '/invoke'),
  });
  const asked = (duty: string, request: Request): Start => ({
    start: () => bench.startFunction(duty),
    ask: (worker) => client.send(worker.ports[0] ?? 0, request, `/${duty}`),
  });
  const { writ } = JSON.parse(await client.send(bench.systems.writ.port, tokens.request()));
  const revoke = asked('revoke', tokens.ends(writ));
  const handover = await heldInvocation(bench);
  return {
    exchange: { start: () => bench.startFunction('exchange'), ask: exchange },
    mint: {
      start: () => bench.startFunction('mint'),
      ask: said((worker) => client.send(worker.ports[0] ?? 0, handover, '/invoke'), '{"ok":true'),
    },
    revoke: { ...revoke, ask: said(revoke.ask, '{"ended":1') },
    reconcile: invoked('reconcile', {}, account.env(account.endpoint)),
    writs: asked('writs', tokens.asPerson('writs', {})),
    status: asked('status', tokens.asPerson('status', {})),
    schedule: invoked('schedule', streamEvent(bench, 1)),
    close: invoked('close', { writ }),
    sweep: invoked('sweep', {}),
    equalExchange: { start: () => bench.startFloor('floor-equal-exchange'), ask: exchange },
    minimal: { start: () => bench.startFloor('floor-minimal'), ask: exchange },
  };
}

/** An answer that begins otherwise is not the one that was to be measured. */
const said =
  (ask: Start['ask'], start: string): Start['ask'] =>
  async (worker) => {
    const answer = String(await ask(worker));
    if (!answer.startsWith(start)) throw new Error(`a cold function answered otherwise than ${start}`);
  };

async function first({ start, ask }: Start): Promise<First> {
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
