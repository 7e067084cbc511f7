/** What `npm run mutation` is asked for. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The folders that carry the rules. */
export const RULES = ['core/tokens', 'core/policy', 'core/session', 'core/iam'];

export interface Options {
  /** Folders or files, from the root. */
  readonly sources: readonly string[];
  /** Folders or files of tests. */
  readonly tests: readonly string[];
  /** How many mutants of a hundred. */
  readonly sample: number;
  /** `FILE` or `FILE:LINE`: only the mutants there. */
  readonly only: string | undefined;
  /** An earlier report: only what survived there. */
  readonly again: string | undefined;
  /** Where to write the report. */
  readonly json: string | undefined;
}

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      sample: { type: 'string', default: '100' },
      tests: { type: 'string', multiple: true, default: ['test/core'] },
      only: { type: 'string' },
      again: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const { tests, only, again, json } = values;
  const sources = positionals.length === 0 ? RULES : positionals;
  return { sources, tests, sample: Number(values.sample), only, again, json };
}
