/** `node cdk/privileges.ts`: writes the table of architecture, section 9, from `duties.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DUTIES, type Duty } from '../core/duties.ts';
import { type Access, DUTY_SPECS } from './broker/duties.ts';
import { ROOT } from './installation.ts';

const FILE = join(ROOT, 'docs', 'architecture.md');
const [BEGIN, END] = ['<!-- privileges: node cdk/privileges.ts -->', '<!-- /privileges -->'];

/** Who has it: all, all but some, or one. */
function rows(): readonly (readonly [who: string, access: Access])[] {
  const holders = new Map<string, { readonly access: Access; readonly duties: Duty[] }>();
  for (const duty of DUTIES) {
    for (const access of DUTY_SPECS[duty].access) {
      const key = JSON.stringify(access);
      const held = holders.get(key) ?? { access, duties: [] };
      held.duties.push(duty);
      holders.set(key, held);
    }
  }
  return [...holders.values()].map(({ access, duties }) => [who(duties), access] as const);
}

function who(duties: readonly Duty[]): string {
  const others = DUTIES.filter((duty) => !duties.includes(duty));
  if (others.length === 0) return 'every function';
  return others.length < 4 ? `every function but ${others.join(', ')}` : duties.join(', ');
}

/** One row for each access; the same one of several functions once. */
export const privileges = (): string =>
  [
    '| function | may | on | of partitions | because |',
    '| --- | --- | --- | --- | --- |',
    ...rows().map(
      ([who, { actions, on, partitions = [], why }]) =>
        `| ${who} | ${actions.map((action) => `\`${action}\``).join(', ')} | ${on} | ${partitions.map((first) => `\`${first}\``).join(', ')} | ${why} |`,
    ),
  ].join('\n');

/** @returns the table as the page has it. */
export function documented(page = readFileSync(FILE, 'utf8')): string {
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim();
}

if (import.meta.main) {
  const page = readFileSync(FILE, 'utf8');
  const [before, after] = [page.slice(0, page.indexOf(BEGIN) + BEGIN.length), page.slice(page.indexOf(END))];
  writeFileSync(FILE, `${before}\n${privileges()}\n${after}`);
}
