/**
 * `npm run bench`: what an exchange costs, beside two floors in the same run (docs/benchmark.md).
 *
 *     --quick             under a minute: the counts are checked, the times say little
 *     --json              everything that was measured, as one object
 *     --functions FOLDER  built functions to measure; default `dist/functions`
 *
 * Ends with 1 where a count does not hold. Times are told and never judged: they are the machine's as well.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCold } from './cold.ts';
import { broken } from './counts.ts';
import { measureDeferred } from './deferred.ts';
import { measureGrowth } from './growth.ts';
import { type Results, table } from './report.ts';
import { runRounds } from './rounds.ts';
import { openBench } from './systems.ts';
import { measureWarm } from './warm.ts';

const ROOT = join(import.meta.dirname, '..');

const QUICK = { rounds: 1, exchanges: 60, warmUp: 40, cold: 1, sizes: [100, 10_000], deferred: 50 };
const FULL = { rounds: 16, exchanges: 120, warmUp: 600, cold: 7, sizes: [100, 10_000], deferred: 1000 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      functions: { type: 'string', default: join(ROOT, 'dist', 'functions') },
    },
  });
  const plan = values.quick ? QUICK : FULL;
  const say = (what: string) => console.error(what);
  const folder = await mkdtemp(join(tmpdir(), 'writ-bench-'));
  try {
    const results = await measure(plan, resolve(values.functions), folder, say);
    console.log(values.json ? JSON.stringify(results) : table(results));
    const problems = broken(results.warm, results.growth);
    for (const problem of problems) say(`does not hold: ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  plan: typeof FULL,
  functions: string,
  folder: string,
  say: (what: string) => void,
): Promise<Results> {
  say('starting two functions, two floors and the stubs …');
  const bench = await openBench(ROOT, functions, folder);
  try {
    say(`${plan.rounds} rounds of Writ and its floors, in turns …`);
    const turns = await runRounds(bench, plan);
    const warm = await measureWarm(bench, 200);
    say('cold starts …');
    const cold = await measureCold(bench, plan.cold);
    say('the ledger’s stream …');
    const deferred = await measureDeferred(bench, [1, 30], plan.deferred);
    say(`${plan.sizes.join(' and ')} writs in a real DynamoDB engine …`);
    const growth = await measureGrowth(bench, folder, plan.sizes, 20);
    const [cpu] = cpus();
    return {
      machine: { node: process.version, cpus: cpus().length, model: cpu?.model ?? '' },
      turns,
      warm,
      cold,
      deferred,
      growth,
      sizes: await sizes(bench),
    };
  } finally {
    await bench.close();
  }
}

async function sizes({
  bundleOf,
  entries,
}: Awaited<ReturnType<typeof openBench>>): Promise<Results['sizes']> {
  const bytes = async (path: string) => (await stat(path)).size;
  const duties = ['exchange', 'mint', 'stream'];
  const found = await Promise.all(duties.map(async (duty) => [duty, await bytes(bundleOf(duty))] as const));
  const cedar = await bytes(join(bundleOf('exchange'), '..', 'cedar_wasm_bg.wasm'));
  return {
    ...Object.fromEntries(found),
    'Cedar’s engine beside exchange': cedar,
    'equal work, exchange': entries['floor-equal-exchange'].bytes,
    minimal: entries['floor-minimal'].bytes,
  };
}

await main();
