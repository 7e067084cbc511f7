import * as z from 'zod/mini';
import { NARROWED_BY } from '../core/parse/listing.ts';
import { SPELLED } from '../core/parse/revocation.ts';
import { answerMalformed } from './broker-failure.ts';
import { notSpelled } from './ending.ts';
import { usage } from './failure.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { openRoad, type Road, type RoadFlags } from './road.ts';
import { table } from './table.ts';
import { name } from './wanted.ts';

export interface ListFlags extends RoadFlags {
  readonly user?: string;
  readonly device?: string;
  readonly agent?: string;
  readonly task?: string;
  readonly permission?: string;
  readonly account?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

const LIVE = z.object({
  writ: z.string(),
  user: z.string(),
  device: z.string(),
  agent: z.string(),
  task: z.string(),
  permission: z.string(),
  account: z.string(),
  issued_at: z.number(),
  deadline: z.number(),
  seconds_left: z.number(),
  denied: z.boolean(),
});
const PAGE = z.object({ writs: z.array(LIVE), next: z.nullable(z.string()) });

type Live = z.output<typeof LIVE>;

/** `writ list`: which sessions are live, soonest deadline first, as far as one may know of them. */
export async function list(flags: ListFlags, io: Io): Promise<void> {
  const form = narrowed(flags);
  const limit = limitOf(flags.limit);
  const { writs, more } = await pages(await openRoad(flags, io), form, limit);
  if (flags.json) {
    io.stdout.write(`${JSON.stringify({ writs, more })}\n`);
    return;
  }
  if (writs.length === 0) {
    io.stdout.write('Nothing is live that you may know of.\n');
    return;
  }
  io.stdout.write(table(COLUMNS, writs, io.stdout));
  if (more) io.stdout.write(`There are more than these ${writs.length}.\n`);
}

const COLUMNS = [
  { title: 'WRIT', of: ({ writ }: Live) => writ, whole: true },
  { title: 'LEFT', of: ({ seconds_left }: Live) => `${seconds_left} s`, whole: true },
  { title: 'STATE', of: ({ denied }: Live) => (denied ? 'denied' : 'live'), whole: true },
  { title: 'USER', of: ({ user }: Live) => user },
  { title: 'DEVICE', of: ({ device }: Live) => device },
  { title: 'AGENT', of: ({ agent }: Live) => agent },
  { title: 'TASK', of: ({ task }: Live) => task },
  { title: 'PERMISSION', of: ({ permission }: Live) => permission },
  { title: 'ACCOUNT', of: ({ account }: Live) => account },
] as const;

function narrowed(flags: ListFlags): { readonly [parameter: string]: string } {
  const form: { [parameter: string]: string } = {};
  for (const kind of NARROWED_BY) {
    const value = flags[kind];
    if (value === undefined) continue;
    if (!SPELLED[kind](value))
      throw usage(notSpelled(kind), 'writ list, with no such flag, shows how they are spelled.');
    form[kind] = value;
  }
  return flags.account === undefined ? form : { ...form, account: name('--account', flags.account) };
}

function limitOf(flag: string | undefined): number {
  if (flag === undefined) return Number.POSITIVE_INFINITY;
  if (/^(?:[1-9]\d{0,6})$/.test(flag)) return Number(flag);
  throw usage('--limit is a whole number.');
}

/** A page may be short, or empty, and still have a next one. */
async function pages(
  road: Road,
  form: { readonly [parameter: string]: string },
  limit: number,
): Promise<{ readonly writs: readonly Live[]; readonly more: boolean }> {
  const writs: Live[] = [];
  const before = new Set<string>();
  let next: string | null = null;
  do {
    const answer: string = await road('writs', next === null ? form : { ...form, page: next });
    const page = parseJson(answer, PAGE);
    // One that leads back to where we were would go on for ever.
    if (page === null || (page.next !== null && before.has(page.next))) {
      throw answerMalformed('The broker did not say what is live.');
    }
    writs.push(...page.writs);
    next = page.next;
    if (next !== null) before.add(next);
  } while (next !== null && writs.length < limit);
  return { writs: writs.slice(0, limit), more: next !== null || writs.length > limit };
}
