/** The tests, run by a vitest whose sources have the mutants in them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import type { Numbered } from './choose.ts';
import { ROOT } from './options.ts';
import type { Verdict } from './report.ts';

/** One mutant's tests take a second or two: what takes this long has hung. Milliseconds. */
const LONGEST = 60_000;

export interface World {
  /** By absolute path: the source with all mutants in it. */
  readonly sources: ReadonlyMap<string, string>;
  /** Folders or files of tests. */
  readonly tests: readonly string[];
  /** Holds the number of the mutant that is switched on. */
  readonly mutantFile: string;
  /** Where to note what is reached, or empty. */
  readonly reachedFile: string;
}

/** The order that was asked for. */
class AsGiven {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

export async function openVitest({ sources, tests, mutantFile, reachedFile }: World): Promise<Vitest> {
  writeFileSync(mutantFile, '-1');
  const vitest = await createVitest(
    'test',
    {
      root: ROOT,
      watch: false,
      include: tests.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`)),
      exclude: ['test/attacks/prove.test.ts', 'node_modules/**'],
      setupFiles: [join(import.meta.dirname, 'switch.ts')],
      reporters: [{}],
      silent: true,
      bail: 1,
      maxWorkers: 1,
      sequence: { sequencer: AsGiven },
      // What is kept on disk is found by the source alone, which does not say what stands in it here.
      fsModuleCache: false,
    },
    {
      plugins: [
        {
          name: 'writ-mutants',
          enforce: 'pre',
          transform: (_: string, id: string) => sources.get(id.split('?')[0] ?? ''),
        },
      ],
    },
  );
  vitest.provide('mutantFile', mutantFile);
  vitest.provide('reachedFile', reachedFile);
  return vitest;
}

/** What a test file noted at its end (switch.ts). */
interface Note {
  readonly file: string;
  readonly reached: readonly number[];
}

/**
 * One run of everything without a mutant.
 *
 * @returns for each mutant's number the test files that reach it, in the order in which to run them.
 * @throws where a test fails without any mutant.
 */
export async function findReached(
  world: World,
  mutants: readonly Numbered[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const vitest = await openVitest(world);
  try {
    const { testModules } = await vitest.start();
    const failed = testModules.filter((module) => !module.ok()).map((module) => module.relativeModuleId);
    if (failed.length > 0) throw new Error(`fails without any mutant: ${failed.join(', ')}`);
    const took = new Map(testModules.map((module) => [module.moduleId, module.diagnostic().duration]));
    const lines = readFileSync(world.reachedFile, 'utf8').trim().split('\n');
    const notes = lines.map((line) => JSON.parse(line) as Note);
    notes.sort((a, b) => (took.get(a.file) ?? 0) - (took.get(b.file) ?? 0));
    const reached = new Map<number, string[]>();
    for (const note of notes) {
      for (const number of note.reached) reached.set(number, [...(reached.get(number) ?? []), note.file]);
    }
    return new Map(mutants.map(({ number, file }) => [number, nearFirst(file, reached.get(number) ?? [])]));
  } finally {
    await vitest.close();
  }
}

/** A file's own tests, then its folder's, then the rest, the quick ones before the slow: so they fail soonest. */
const nearFirst = (source: string, tests: readonly string[]): readonly string[] =>
  tests.toSorted((a, b) => distance(source, a) - distance(source, b));

function distance(source: string, test: string): number {
  const own = join(ROOT, 'test', source.replace(/\.ts$/, '.test.ts'));
  if (test === own) return 0;
  return dirname(test) === dirname(own) ? 1 : 2;
}

/** Runs the tests that reach the mutant that is switched on, until one fails. */
export async function judge(vitest: Vitest, files: readonly string[]): Promise<Pick<Verdict, 'fate' | 'by'>> {
  if (files.length === 0) return { fate: 'unreached', by: '' };
  const specifications = files.map((file) => vitest.getRootProject().createSpecification(file));
  const run = vitest.runTestSpecifications(specifications, false);
  const hung = Promise.withResolvers<'hung'>();
  const timer = setTimeout(() => hung.resolve('hung'), LONGEST);
  try {
    const ended = await Promise.race([run, hung.promise]);
    if (ended === 'hung') return { fate: 'hung', by: '' };
    // What is told is what is known by now, of earlier runs as well.
    const ours = ended.testModules.filter(({ moduleId }) => files.includes(moduleId));
    const failed = ours.find((module) => module.state() === 'failed');
    if (failed === undefined && ended.unhandledErrors.length === 0) return { fate: 'survived', by: '' };
    const [test] = failed?.children.allTests('failed') ?? [];
    const why = test?.result().errors?.[0] ?? failed?.errors()[0];
    return {
      fate: 'killed',
      by: `${failed?.relativeModuleId} > ${test?.fullName}: ${why?.message.slice(0, 120)}`,
    };
  } finally {
    clearTimeout(timer);
  }
}
