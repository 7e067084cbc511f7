/** A copy of the source tree in which a rule can be taken out, and vitest run, without touching the original. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch, type Removal } from './removals.ts';
import { type Ending, endingOf } from './report.ts';

/** Longer than any attack test takes; a run that hangs is no proof. */
const RUN_MILLIS = 120_000;

export interface Laboratory {
  readonly directory: string;
  close(): Promise<void>;
}

/** @param files - Paths from `root`; its `node_modules` is linked, not copied. */
export async function openLaboratory(root: string, files: readonly string[]): Promise<Laboratory> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'writ-prove-')));
  await Promise.all(files.map((file) => cp(join(root, file), join(directory, file))));
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  return { directory, close: () => rm(directory, { recursive: true, force: true }) };
}

/** How each row's test ends in the tree as it is: one run for all files. */
export async function endingsUnpatched(
  lab: Laboratory,
  rows: readonly Removal[],
): Promise<readonly Ending[]> {
  const files = [...new Set(rows.map((row) => row.test.file))];
  const json = await runTests(lab, files);
  return rows.map((row) => endingIn(lab, json, row));
}

/** How the row's test ends without the rule; the tree is put back afterwards. */
export async function endingWithout(lab: Laboratory, row: Removal): Promise<Ending | 'patch does not fit'> {
  const file = join(lab.directory, row.patch.file);
  const original = await readFile(file, 'utf8').catch(() => '');
  const patched = applyPatch(original, row.patch);
  if (patched === null) return 'patch does not fit';
  await writeFile(file, patched);
  try {
    return endingIn(lab, await runTests(lab, [row.test.file], titlePattern(row.test.name)), row);
  } finally {
    await writeFile(file, original);
  }
}

const endingIn = (lab: Laboratory, json: string, { test }: Removal): Ending =>
  endingOf(json, join(lab.directory, test.file), test.name);

/** vitest's `-t` is a pattern over the whole name; the title alone may let more run, and one of them is judged. */
const titlePattern = (name: string): string =>
  (name.split(' > ').at(-1) ?? name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @returns vitest's JSON report; of a run that wrote none, an empty one. */
async function runTests(lab: Laboratory, files: readonly string[], pattern?: string): Promise<string> {
  const output = join(lab.directory, '.report.json');
  await rm(output, { force: true });
  await new Promise<void>((resolve) => {
    const vitest = spawn(
      process.execPath,
      [
        join(lab.directory, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...files,
        ...(pattern === undefined ? [] : ['-t', pattern]),
        '--reporter=json',
        `--outputFile=${output}`,
        // Both caches lie in node_modules, which is shared with the tree that is not patched.
        '--cache=false',
        '--fsModuleCache=false',
      ],
      { cwd: lab.directory, env: withoutVitest(process.env), stdio: 'ignore', timeout: RUN_MILLIS },
    );
    vitest.on('error', () => resolve());
    vitest.on('exit', () => resolve());
  });
  return readFile(output, 'utf8').catch(() => '{"testResults":[]}');
}

/** A vitest that runs below another must not take itself for one of its workers. */
const withoutVitest = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'),
  );
