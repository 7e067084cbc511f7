/**
 * `npm run bench`: what an exchange costs, beside two floors in the same run, and what ending a session costs
 * (docs/benchmark.md).
 *
 *     --quick             under a minute: the counts are checked, the times say little
 *     --json              everything that was measured, as one object
 *     --only PART         one part, or several: exchange, cold, sizes, deferred, growth, fold, refused, reconciler, audit;
 *                         `ending` is fold, refused and reconciler
 *     --functions FOLDER  built functions to measure; default `dist/functions`, which `refused` always takes
 *
 * Ends with 1 where a count does not hold. Times are told and never judged: they are the machine's as well.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { broken } from './counts.ts';
import { measure, type Plan } from './measure.ts';
import { partsOf } from './parts.ts';
import { table } from './report.ts';

const ROOT = join(import.meta.dirname, '..');

const SIZES = [100, 10_000] as const;
const QUICK: Plan = {
  ...{ rounds: 1, exchanges: 60, warmUp: 40, deferred: 50 },
  ...{ cold: 1, folds: 20, revocations: 1, sizes: SIZES },
  audit: { sizes: [8], rounds: 1 },
};
const FULL: Plan = {
  ...{ rounds: 16, exchanges: 120, warmUp: 600, deferred: 1000 },
  ...{ cold: 7, folds: 40, revocations: 5, sizes: SIZES },
  audit: { sizes: [200, 2000], rounds: 5 },
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    functions: { type: 'string', default: join(ROOT, 'dist', 'functions') },
  },
});
const say = (what: string) => console.error(what);
const parts = partsOf(values.only);
const folder = await mkdtemp(join(tmpdir(), 'writ-bench-'));
try {
  const [cpu] = cpus();
  const machine = { node: process.version, cpus: cpus().length, model: cpu?.model ?? '' };
  const at = { root: ROOT, functions: resolve(values.functions), folder };
  const results = { machine, ...(await measure(parts, values.quick ? QUICK : FULL, at, say)) };
  console.log(values.json ? JSON.stringify(results) : table(results));
  const problems = broken(results);
  for (const problem of problems) say(`does not hold: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
