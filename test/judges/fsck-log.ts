/** The log that the judge is shown: written by the archiver's own steps on its worst days, into a folder. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { type CommitPorts, commit } from '../../core/archive/commit.ts';
import type { NewLeaf } from '../../core/archive/leaf.ts';
import { chance } from '../audit/corpus/chance.ts';
import { Crash, crashing } from '../support/crashing.ts';
import { commitPorts, numberedLeaves, testSigner, vkeyOf } from '../support/evidence-log.ts';

export interface WrittenLog {
  readonly folder: string;
  /** A file that holds the verifier key, beside the log and not in it. */
  readonly keyFile: string;
  readonly batches: number;
  readonly crashes: number;
  /** At which steps, before or after they took effect. */
  readonly died: ReadonlySet<string>;
}

/** Numbers from 0 (inclusive) to 1 that follow from a seed: a failure can be had again. */
export function chanceFrom(seed: number): () => number {
  const dice = chance(seed);
  return () => dice.number(0, 2 ** 31 - 1) / 2 ** 31;
}

/**
 * So many leaves, in batches of any size, each delivered until somebody has got through with it: again after a crash, in
 * another order, with leaves of the batch before.
 *
 * @param longest - Leaves of a batch at most.
 * @param often - Which part of all steps is a process's last.
 */
export async function writeLog(
  folder: string,
  {
    size,
    longest,
    often,
    chance,
  }: {
    readonly size: number;
    readonly longest: number;
    readonly often: number;
    readonly chance: () => number;
  },
): Promise<WrittenLog> {
  const ports = commitPorts({ log: evidenceFolder(join(folder, 'evidence')) });
  const died = new Set<string>();
  const risky = crashing(ports, chance, often, (where) => died.add(where));
  let [from, batches, crashes] = [0, 0, 0];
  while (from < size) {
    const count = Math.min(size - from, 1 + Math.floor(chance() * longest));
    const again = Math.min(from, Math.floor(chance() * 20));
    crashes += await delivered(numberedLeaves(count + again, from - again), risky, chance);
    from += count;
    batches++;
  }
  const keyFile = join(folder, 'log.vkey');
  await writeFile(keyFile, `${vkeyOf(testSigner())}\n`);
  return { folder: join(folder, 'evidence'), keyFile, batches, crashes, died };
}

/** @returns how many processes died of it. */
async function delivered(
  leaves: readonly NewLeaf[],
  ports: CommitPorts,
  chance: () => number,
): Promise<number> {
  for (let crashes = 0; ; crashes++) {
    try {
      await commit(chance() < 0.5 ? leaves : leaves.toReversed(), ports);
      return crashes;
    } catch (caught) {
      if (!(caught instanceof Crash)) throw caught;
    }
  }
}
