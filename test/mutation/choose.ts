/** Which mutants there are, and which of them are looked at. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrument } from './instrument.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { type Options, ROOT } from './options.ts';
import type { Verdict } from './report.ts';

export interface Numbered extends Mutant {
  readonly number: number;
  readonly file: string;
  readonly line: number;
  readonly was: string;
  /** The lines that it stands in. */
  readonly within: string;
}

/** @returns every mutant, and the sources with all of them in it by absolute path. */
export function readMutants(wanted: readonly string[]): {
  readonly mutants: readonly Numbered[];
  readonly sources: ReadonlyMap<string, string>;
} {
  const mutants: Numbered[] = [];
  const sources = new Map<string, string>();
  for (const file of wanted.flatMap(filesOf).sort()) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const found = mutantsOf(source);
    sources.set(join(ROOT, file), instrument(source, found, mutants.length));
    for (const mutant of found) {
      const line = source.slice(0, mutant.start).split('\n').length;
      const was = source.slice(mutant.start, mutant.end);
      const from = source.lastIndexOf('\n', mutant.start) + 1;
      const within = source.slice(from, mutant.start) + was + /^.*/.exec(source.slice(mutant.end));
      mutants.push({ ...mutant, number: mutants.length, file, line, was, within });
    }
  }
  return { mutants, sources };
}

const filesOf = (path: string): readonly string[] =>
  path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.ts`, { cwd: ROOT });

/** The same ones each time, spread evenly over all files. */
export function chooseFrom(
  mutants: readonly Numbered[],
  { sample, only, again }: Options,
): readonly Numbered[] {
  const survivors = again === undefined ? null : survivorsOf(again);
  return mutants.filter((mutant) => {
    if (survivors !== null) return survivors.has(nameOf(mutant));
    const { file, line, start, replacement } = mutant;
    if (only !== undefined && only !== `${file}:${line}` && only !== file) return false;
    const hash = createHash('sha256').update(`${file} ${start} ${replacement}`).digest();
    return hash.readUInt16BE(0) % 100 < sample;
  });
}

/** A mutant by what it is and not by where: lines move. */
const nameOf = ({ file, was, within, replacement }: Numbered): string =>
  JSON.stringify([file, was, within, replacement]);

function survivorsOf(report: string): ReadonlySet<string> {
  const verdicts = JSON.parse(readFileSync(report, 'utf8')) as readonly Verdict[];
  return new Set(verdicts.filter(({ fate }) => fate === 'survived' || fate === 'unreached').map(nameOf));
}
