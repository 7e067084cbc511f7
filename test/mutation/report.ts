/** What became of the mutants, in words. */
import type { Numbered } from './choose.ts';
import { RULES } from './options.ts';

export type Fate = 'killed' | 'survived' | 'hung' | 'unreached';

export interface Verdict extends Numbered {
  readonly fate: Fate;
  /** The test that noticed, and how. */
  readonly by: string;
}

export function line({ file, line, was, replacement, kind, fate }: Verdict): string {
  const short = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 90);
  const now = kind === 'statement' ? '(left out)' : short(replacement);
  return `${fate.padEnd(9)} ${file}:${line}  ${short(was)}  →  ${now}`;
}

/** A score per folder. A mutant that hangs is noticed; one whose place no test reaches is not. */
export function scores(verdicts: readonly Verdict[]): string {
  const folderOf = ({ file }: Verdict) => RULES.find((rules) => file.startsWith(`${rules}/`)) ?? file;
  const rows = [...Map.groupBy(verdicts, folderOf), ['all', verdicts] as const].map(([name, some]) => {
    const noticed = some.filter(({ fate }) => fate === 'killed' || fate === 'hung').length;
    const unreached = some.filter(({ fate }) => fate === 'unreached').length;
    const score = ((100 * noticed) / Math.max(1, some.length)).toFixed(1);
    return `${name.padEnd(14)} ${score.padStart(5)} %   ${noticed} of ${some.length} noticed, ${unreached} unreached`;
  });
  return rows.join('\n');
}
