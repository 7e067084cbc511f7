/** Fenced blocks of the pages that people follow, and what is promised of each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-tree.ts';

export interface Fence {
  /** Of the line that opens it, from 1. */
  readonly line: number;
  /** What stands behind the three marks: `sh`, `sh needs-aws`, `yaml broker.yaml`. */
  readonly info: string;
  readonly text: string;
}

/** Pages with commands to type, relative to the root. */
export function followedPages(): readonly string[] {
  const folders = ['docs/guides', 'docs/runbook'];
  const found = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((file) => join(folder, file)),
  );
  const upgrading = readdirSync(join(ROOT, 'docs')).filter((file) => file === 'upgrading.md');
  return ['README.md', ...upgrading.map((file) => join('docs', file)), ...found].filter((path) =>
    path.endsWith('.md'),
  );
}

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** @throws Error where a block is not closed. */
export function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { readonly line: number; readonly info: string; readonly lines: string[] } | null = null;
  for (const [at, line] of markdown.split('\n').entries()) {
    const mark = /^\s*(?:```|~~~)(.*)$/.exec(line)?.[1];
    if (open === null) {
      if (mark !== undefined) open = { line: at + 1, info: mark.trim(), lines: [] };
    } else if (mark === undefined) open.lines.push(line);
    else {
      fences.push({ line: open.line, info: open.info, text: open.lines.join('\n') });
      open = null;
    }
  }
  if (open !== null) throw new Error(`the block of line ${open.line} is not closed`);
  return fences;
}

/** Commands that no test of a laptop can type, and what shows that a block has such a one. */
const NEEDS: { readonly [mark: string]: RegExp } = {
  'needs-aws':
    /(?:^|[|(]\s*|^ {2})(?:aws [a-z]|npx cdk (?:bootstrap|deploy|destroy)\b)|^writ (?!.*--profile local)/m,
  'needs-entra': /(?:^|\()az [a-z]/m,
};

/**
 * What is wrong with how a block is marked; `null`: nothing.
 *
 * @param ci - `.ci/run`, which a block may leave its commands to: `sh runs-in=<function of a step>`.
 */
export function badMark({ info, text }: Fence, ci: string): string | null {
  const [language = '', mark, ...rest] = info.split(' ');
  if (['text', 'json', 'mermaid', 'yaml'].includes(language)) return null;
  if (language !== 'sh') return `is “${info}”: commands are sh, and all else is text, json, yaml or mermaid`;
  if (mark === undefined) return null;
  if (rest.length > 0) return 'has more than one mark';
  const needed = NEEDS[mark];
  if (needed !== undefined) return needed.test(text) ? null : `is marked ${mark}, and nothing in it does`;
  const step = /^runs-in=([a-z_0-9]+)$/.exec(mark)?.[1];
  if (step === undefined) return `has the mark “${mark}”, which nobody knows`;
  if (!new RegExp(`^step '[^']+' ${step}$`, 'm').test(ci))
    return `names ${step}, which is no step of .ci/run`;
  const body = new RegExp(`^${step}\\(\\) \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(ci)?.[1] ?? '';
  const run = body.split('\n').map((line) => line.trim());
  const missing = text
    .split(/\n| && /)
    .filter((command) => command.trim() !== '' && !run.includes(command.trim()));
  return missing.length === 0 ? null : `leaves “${missing[0]}” to the step ${step}, which does not run it`;
}
