/** What has been run on a real account, and when: `proven.json`, written by `npm run test:aws -- --record`. */
import { readFileSync } from 'node:fs';

export interface Proven {
  /** By a check's id. Which account it was is nobody's business. */
  readonly [check: string]: { readonly on: string; readonly region: string };
}

export const PROVEN_FILE = new URL('proven.json', import.meta.url);

export const proven = (): Proven => JSON.parse(readFileSync(PROVEN_FILE, 'utf8')) as Proven;

/** @param lines - As `account.test.ts` appends them, one of JSON for each check that passed. */
export function merged(before: Proven, lines: string): Proven {
  const news = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly id: string; readonly on: string; readonly region: string })
    .map(({ id, on, region }) => [id, { on, region }] as const);
  const all = [...Object.entries(before), ...news].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(all);
}
