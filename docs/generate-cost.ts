/** Writes `docs/cost.md` from the counts, prices and assumptions in `docs/cost`. Run by `npm run docs`; a test holds it. */
import { writeFileSync } from 'node:fs';
import assumed from './cost/assumed.json' with { type: 'json' };
import { billOf, type Event, type Line, type Month, totalOf, UNITS } from './cost/compute.ts';
import list from './cost/prices.json' with { type: 'json' };

const FILE = new URL('cost.md', import.meta.url);

const WRITS = [0, 1_000, 100_000];
const ACCOUNTS = [1, 40];

const dollars = (usd: number): string => usd.toFixed(usd < 10 ? 2 : 1);
const number = (of: number): string => of.toLocaleString('en-US');
const total = (month: Month): string => dollars(totalOf(billOf(month)));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const totals = (): string =>
  table(
    [
      'writs a month',
      ...ACCOUNTS.flatMap((accounts) => [`${of(accounts)}, no prober`, `${of(accounts)}, prober`]),
    ],
    WRITS.map((writs) => [
      number(writs),
      ...ACCOUNTS.flatMap((accounts) => [
        total({ writs, accounts, prober: false }),
        total({ writs, accounts, prober: true }),
      ]),
    ]),
  );

const of = (accounts: number): string => (accounts === 1 ? '1 account' : `${accounts} accounts`);

/** Line by line, for 40 accounts with a prober. */
function lines(): string {
  const bills = WRITS.map((writs) => billOf({ writs, accounts: 40, prober: true }));
  const [first = []] = bills;
  return table(
    ['of which, with 40 accounts and a prober', ...WRITS.map(number)],
    first.map(({ what }, at) => [what, ...bills.map((bill) => dollars(bill[at]?.usd ?? 0))]),
  );
}

/** What the prober adds, line by line, where it adds anything. */
function ofProber(): string {
  const bill = (prober: boolean): readonly Line[] => billOf({ writs: 1_000, accounts: 1, prober });
  const without = bill(false);
  const added = bill(true).map(({ what, usd }, at) => ({ what, usd: usd - (without[at]?.usd ?? 0) }));
  return table(
    ['the prober adds', 'a month'],
    [
      ...added.filter(({ usd }) => usd >= 0.005).map(({ what, usd }) => [what, dollars(usd)]),
      ['together', dollars(totalOf(added))],
    ],
  );
}

const EVENTS: { readonly [E in Event]: string } = {
  exchange: 'exchange, asked for with the `writ` command',
  enrolment: 'enrolment of a device',
  deadline: 'end at the deadline',
  revocation: 'end before it, of one writ',
  reconcileMinute: 'a minute, for each account',
  sweepMinute: 'a minute',
  probe: 'probe, with the end that it asks for',
};

function measured(): string {
  return table(
    ['one', 'invocations', 'calls', 'write units', 'read units', 'kept, kB'],
    (Object.keys(EVENTS) as Event[]).map((event) => {
      const { invocations, calls, writeUnits, readUnits, keptKilobytes } = UNITS[event];
      const tally = new Map<string, number>();
      for (const made of Object.values(calls))
        for (const [call, times] of Object.entries(made ?? {}))
          tally.set(call, (tally.get(call) ?? 0) + times);
      const told = (entries: Iterable<readonly [string, number | undefined]>) =>
        [...entries].map(([name, times]) => `${times} ${name}`).join(', ');
      return [
        EVENTS[event],
        told(Object.entries(invocations)),
        told(
          [...tally]
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([call, times]) => [`\`${call}\``, times]),
        ),
        ...[writeUnits, readUnits, keptKilobytes].map(String),
      ];
    }),
  );
}

const assumptions = (): string =>
  table(
    ['assumed', 'is', 'since'],
    [
      ['enrolments for each writ', assumed.enrolmentsPerWrit],
      ['early ends for each writ', assumed.revocationsPerWrit],
      ['months since the first', assumed.monthsOld],
      ['months that logs are kept', assumed.logMonths],
      ['log of an invocation, kB', assumed.logKilobytesPerInvocation],
      ['polls of the reconcilers’ queue, a minute', assumed.pollsPerQueueAndMinute],
      ['custom metrics', assumed.customMetrics],
      ['custom metrics of the prober', assumed.customMetricsOfProber],
    ].map(([what, how]) => {
      const { is, why } = how as { readonly is: number; readonly why: string };
      return [String(what), String(is), why];
    }),
  );

const seconds = (): string =>
  Object.entries(assumed.seconds)
    .map(([duty, of]) => `${duty} ${of}`)
    .join(', ');

const prices = (): string =>
  table(
    ['price', 'dollars', 'for', 'from'],
    Object.values(list.prices).map(({ what, usd, per, source }) => [
      what,
      String(usd),
      number(per),
      `<${source}>`,
    ]),
  );

export const costPage = (): string => `# What it costs

*Generated from \`docs/cost\`; run \`npm run docs\`.*

Dollars a month at list prices of ${list.region}, as of ${list.asOf}, without any free tier.

${totals()}

At a thousand writs nearly all of it is there whether anybody asks or not. What grows with use is a handful of requests for
each writ; what grows with accounts is a look at each, every minute.

${lines()}

${ofProber()}

## What is measured

[test/e2e/cost.test.ts](../test/e2e/cost.test.ts) counts on the running laptop stack what each event makes functions do, and
holds [counts.json](cost/counts.json) to it; [test/cdk/cost.test.ts](../test/cdk/cost.test.ts) counts what stands in the
template ([standing.json](cost/standing.json)). A client that has no nonce yet asks twice, so exchange, enroll and revoke are
invoked twice. Units are DynamoDB's: a transaction's writes count twice, a consistent read once for each 4 kB, and of each key
that is not there as well.

${measured()}

Calls of STS and IAM, and reads of canaries and prober (\`ListTables\`, \`DescribeTable\`), cost nothing; there are as many of
the latter as IAM takes time.

To count anew, after a change that makes more or fewer calls:

\`\`\`sh
npx vitest run test/e2e/cost.test.ts test/cdk/cost.test.ts -u
node docs/generate-cost.ts
\`\`\`

## What is assumed

In [assumed.json](cost/assumed.json), to be changed for your own bill.

${assumptions()}

Seconds that a function runs, at its own memory: ${seconds()}. A laptop cannot measure these; your dashboard does.

## What is not in it

- **The evidence log**: the archiver of the ledger's stream, its bucket and its key are not measured here yet. Its functions
  are counted as the others are, once they stand in [counts.json](cost/counts.json).
- What your organisation has anyway: CloudTrail's trails (IAM and STS calls of each minute are management events, and in a
  second trail cost 2 dollars for 100,000), GuardDuty, AWS Config, which records each version of a deny policy.
- What agents do with their sessions, and S3's and DynamoDB's data events of it.
- Domain, certificate authority, VPC endpoints, and an alarm topic's messages beyond e-mail.
- KMS's requests for data at rest: DynamoDB and Lambda keep data keys for minutes, and ask again for some cents.
- Data out: an answer is some 3 kB.
- Support, and taxes.

## Prices

In [prices.json](cost/prices.json); the first tier where there are several. Prices change, and nothing here notices: hold them
against the pages that they name before you rely on a sum.

${prices()}
`;

if (import.meta.main) writeFileSync(FILE, costPage());
