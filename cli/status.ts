import * as z from 'zod/mini';
import { HEALTH_SECONDS, MAX_MANAGED_POLICY_CHARS } from '../core/limits.ts';
import { answerMalformed } from './broker-failure.ts';
import { Failure, printable } from './failure.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { openRoad, type RoadFlags } from './road.ts';
import { table } from './table.ts';

export interface StatusFlags extends RoadFlags {
  readonly json?: boolean;
}

const ACCOUNT = z.object({
  account: z.string(),
  id: z.string(),
  verified: z.nullable(
    z.object({
      at: z.number(),
      age: z.number(),
      version: z.string(),
      rung: z.string(),
      entries: z.number(),
      characters: z.number(),
      direct_denies: z.array(z.string()),
    }),
  ),
  enforced_within: z.nullable(z.object({ p50: z.number(), p99: z.number(), measurements: z.number() })),
});
const ANSWER = z.object({ accounts: z.array(ACCOUNT) });

type Account = z.output<typeof ACCOUNT>;

/**
 * `writ status`: how well early ends are enforced, account by account, and how long AWS takes.
 *
 * @returns the exit code: 4 where an account is not verified, since it gets no new writs then, and nobody knows whether what
 *   is revoked there is denied; a monitor needs no more than that.
 */
export async function status(flags: StatusFlags, io: Io): Promise<0 | 4> {
  const road = await openRoad(flags, io);
  const answer = parseJson(await road('status', {}), ANSWER);
  if (answer === null) throw answerMalformed('The broker did not say how its accounts are.');
  const accounts = answer.accounts.map((account) => ({ ...account, healthy: isHealthy(account) }));
  if (accounts.length === 0) throw nothing();
  if (flags.json) io.stdout.write(`${JSON.stringify({ accounts })}\n`);
  else {
    io.stdout.write(table(COLUMNS, accounts, io.stdout));
    for (const line of accounts.flatMap(remarks)) io.stdout.write(`${line}\n`);
  }
  return accounts.every(({ healthy }) => healthy) ? 0 : 4;
}

const isHealthy = ({ verified }: Account): boolean => verified !== null && verified.age <= HEALTH_SECONDS;

const COLUMNS = [
  { title: 'ACCOUNT', of: ({ account }: Account) => account },
  { title: 'ID', of: ({ id }: Account) => id, whole: true },
  {
    title: 'VERIFIED',
    of: ({ verified }: Account) => (verified === null ? 'never' : `${verified.age} s ago`),
    whole: true,
  },
  { title: 'RUNG', of: ({ verified }: Account) => verified?.rung ?? '-' },
  { title: 'ENTRIES', of: ({ verified }: Account) => String(verified?.entries ?? '-') },
  {
    title: 'CHARACTERS',
    of: ({ verified }: Account) =>
      verified === null ? '-' : `${verified.characters} of ${MAX_MANAGED_POLICY_CHARS}`,
  },
  { title: 'REFUSED WITHIN', of: ({ enforced_within }: Account) => within(enforced_within), whole: true },
  { title: 'DIRECT', of: ({ verified }: Account) => String(verified?.direct_denies.length ?? '-') },
] as const;

/** From asked to seen refused; of how many, since of few the p99 is but the slowest. */
const within = (measured: Account['enforced_within']): string =>
  measured === null
    ? 'not measured'
    : `p50 ${seconds(measured.p50)}, p99 ${seconds(measured.p99)} (of ${measured.measurements})`;

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;

function remarks(account: Account): readonly string[] {
  const who = `${printable(account.account)} (${printable(account.id)})`;
  const denies = (account.verified?.direct_denies ?? []).map(
    (deny) =>
      `direct deny in ${who}: ${printable(deny)}; take it back: writ revoke --direct --undo ${printable(deny)}`,
  );
  return isHealthy(account) ? denies : [`warning: ${who} ${unverified(account)}`, ...denies];
}

const unverified = ({ verified }: Account): string =>
  `${verified === null ? 'was never verified' : `was last verified ${verified.age} s ago, more than ${HEALTH_SECONDS}`}: it gets no new writs, and nobody knows whether what is revoked is denied there.`;

const nothing = (): Failure =>
  new Failure({
    exit: 3,
    error: 'nothing_shown',
    what: 'nothing shown: there is no account, or it is not yours to see',
    next: 'An admin says who may: action read on the whole installation. With AWS credentials: --responder',
  });
