/**
 * `npm run mutation`: changes the rules in small ways, one at a time, and counts the changes that no test notices.
 *
 * Nothing is changed on disk. All mutants stand in the source that vitest loads, and one of them is switched on at a
 * time; the tests whose run reaches its place are run, the nearest first, until one fails.
 *
 *     npm run mutation -- core/session core/iam --sample 25 --json report.json
 *
 * Options: folders or files (else the four that carry the rules), `--sample PERCENT` (the same mutants each time),
 * `--tests FOLDER` (more than once if need be; else test/core), `--only FILE[:LINE]`, `--json REPORT`,
 * `--again REPORT` (what survived there). It is a measure and no gate: the whole takes hours, and some survivors
 * change nothing that anybody could see.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseFrom, type Numbered, readMutants } from './choose.ts';
import { readOptions } from './options.ts';
import { line, scores, type Verdict } from './report.ts';
import { findReached, judge, openVitest } from './tests.ts';

const AT_ONCE = 2;

const options = readOptions(process.argv.slice(2));
const { tests, json } = options;
const { mutants, sources } = readMutants(options.sources);
const chosen = chooseFrom(mutants, options);
const folder = mkdtempSync(join(tmpdir(), 'writ-mutation-'));
try {
  const files = { mutantFile: join(folder, 'none'), reachedFile: join(folder, 'reached') };
  const reached = await findReached({ sources, tests, ...files }, mutants);
  process.stdout.write(`${chosen.length} of ${mutants.length} mutants\n`);
  const verdicts = await judgeAll(chosen, reached);
  process.stdout.write(`\n${scores(verdicts)}\n`);
  if (json !== undefined) writeFileSync(json, JSON.stringify(verdicts, null, 1));
} finally {
  rmSync(folder, { recursive: true });
}

async function judgeAll(
  all: readonly Numbered[],
  reached: ReadonlyMap<number, readonly string[]>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = 0;
  const work = async (_: unknown, worker: number): Promise<void> => {
    const world = { sources, tests, mutantFile: join(folder, `mutant-${worker}`), reachedFile: '' };
    let vitest = await openVitest(world);
    for (let mutant = all[next++]; mutant !== undefined; mutant = all[next++]) {
      writeFileSync(world.mutantFile, String(mutant.number));
      const verdict = { ...mutant, ...(await judge(vitest, reached.get(mutant.number) ?? [])) };
      if (verdict.fate === 'hung') {
        await vitest.close();
        vitest = await openVitest(world);
      }
      verdicts.push(verdict);
      if (verdict.fate !== 'killed') process.stdout.write(`${line(verdict)}\n`);
      if (verdicts.length % 100 === 0) process.stdout.write(`… ${verdicts.length} of ${all.length}\n`);
    }
    await vitest.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return verdicts.sort((a, b) => a.number - b.number);
}
