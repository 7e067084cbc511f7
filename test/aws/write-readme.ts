/** Writes the table of README.md from the checks. Run by `npm run docs`; a test holds the page to it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Check } from './check.ts';
import { CHECKS } from './checks.ts';
import { proven } from './proven.ts';

export const README = new URL('README.md', import.meta.url);

const BEGIN = '<!-- checks: node test/aws/write-readme.ts -->';
const END = '<!-- /checks -->';

/** @throws Error where the page has lost its place for the table. */
export function readmeWith(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n${table()}${END}${after}`;
}

const WITHOUT: { readonly [W in Check['withoutAccount']]: string } = {
  'local/aws': 'judged by `local/aws`',
  'stand-in': 'its code only',
};

function table(): string {
  const done = proven();
  const rows = CHECKS.map((check) => {
    const run = done[check.id];
    return row(
      `<a id="${check.id}"></a>[${check.id}](checks/${check.id}.ts)`,
      check.sentence,
      run === undefined ? '**never**' : `${run.on}, ${run.region}`,
      WITHOUT[check.withoutAccount],
      `${check.minutes} min`,
      check.otherwise,
    );
  });
  const minutes = CHECKS.reduce((sum, check) => sum + check.minutes, 0);
  const head = row(
    'check',
    'what it proves',
    'on a real account',
    'in CI',
    'takes about',
    'what to change if it fails',
  );
  return `${head}${row('---', '---', '---', '---', '---', '---')}${rows.join('')}${row('', '', '', '', `**${minutes} min**`, '')}`;
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

if (import.meta.main) {
  writeFileSync(README, readmeWith(readFileSync(README, 'utf8')));
}
