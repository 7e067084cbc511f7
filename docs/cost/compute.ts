/** A month's bill from counts and prices: arithmetic, and nothing that is not in the files beside it. */
import assumed from './assumed.json' with { type: 'json' };
import counts from './counts.json' with { type: 'json' };
import list from './prices.json' with { type: 'json' };
import standing from './standing.json' with { type: 'json' };

const { prices } = list;
type Price = keyof typeof prices;

/** What is measured of one event: `counts.json`. */
export interface Unit {
  readonly calls: { readonly [duty: string]: { readonly [call: string]: number } | undefined };
  readonly invocations: { readonly [duty: string]: number | undefined };
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly ledgerWrites: number;
  readonly keptKilobytes: number;
}
export type Event = keyof typeof counts;
export const UNITS: { readonly [E in Event]: Unit } = counts;

export interface Month {
  readonly writs: number;
  readonly accounts: number;
  readonly prober: boolean;
}

/** One line of the bill: dollars. */
export interface Line {
  readonly what: string;
  readonly usd: number;
}

/** So often each event comes in a month. */
export function eventsOf({ writs, accounts, prober }: Month): { readonly [E in Event]: number } {
  const minutes = assumed.minutesAMonth;
  return {
    exchange: writs,
    enrolment: writs * assumed.enrolmentsPerWrit.is,
    deadline: writs,
    revocation: writs * assumed.revocationsPerWrit.is,
    reconcileMinute: minutes * accounts,
    sweepMinute: minutes,
    probe: prober ? minutes : 0,
  };
}

/** Behind the front door: each of their invocations is a request that API Gateway and WAF bill. */
const PUBLIC = new Set(['exchange', 'enroll', 'revoke', 'metadata', 'probe-keys']);

const cost = (price: Price, amount: number): number => (amount * prices[price].usd) / prices[price].per;

/** The bill, dearest part last where it grows with use. */
export function billOf(month: Month): readonly Line[] {
  const events = Object.entries(eventsOf(month)) as readonly [Event, number][];
  const over = (of: (unit: Unit, event: Event) => number): number =>
    events.reduce((sum, [event, times]) => sum + times * of(UNITS[event], event), 0);
  const callsOf = (call: string): number =>
    over(({ calls }) => sumOf(Object.values(calls).map((made) => made?.[call] ?? 0)));

  const runs = events.flatMap(([event, times]) => runsOf(event, times, month));
  const invoked = sumOf(runs.map(({ times }) => times));
  const gigabyteSeconds = sumOf(
    runs.map(({ duty, times, longer }) => times * longer * secondsOf(duty) * (memoryOf(duty) / 1024)),
  );
  const requests = sumOf(runs.filter(({ duty }) => PUBLIC.has(duty)).map(({ times }) => times));
  const keptGigabytes = (over(({ keptKilobytes }) => keptKilobytes) / 1024 ** 2) * assumed.monthsOld.is;
  const logGigabytes = (invoked * assumed.logKilobytesPerInvocation.is) / 1024 ** 2;
  const { keys, secrets, dashboards, webAcls, webAclRules, polledQueues } = standing;
  const alarms = standing.alarmMetrics + (month.prober ? standing.alarmMetricsOfProber : 0);
  const metrics = assumed.customMetrics.is + (month.prober ? assumed.customMetricsOfProber.is : 0);
  const polls = polledQueues * assumed.pollsPerQueueAndMinute.is * assumed.minutesAMonth;
  return [
    { what: 'WAF: web ACL and its rules', usd: cost('webAcl', webAcls) + cost('webAclRule', webAclRules) },
    { what: 'KMS: keys', usd: cost('key', keys) },
    { what: 'Secrets Manager', usd: cost('secret', secrets) },
    { what: 'CloudWatch: alarms', usd: cost('alarmMetric', alarms) },
    { what: 'CloudWatch: metrics', usd: cost('customMetric', metrics) },
    { what: 'CloudWatch: dashboard', usd: cost('dashboard', dashboards) },
    { what: 'SQS: polling', usd: cost('fifoRequest', polls + callsOf('sqs:SendMessageBatch')) },
    { what: 'Lambda', usd: cost('invocation', invoked) + cost('gigabyteSecond', gigabyteSeconds) },
    {
      what: 'DynamoDB: requests',
      usd:
        cost(
          'writeUnit',
          over((unit) => unit.writeUnits),
        ) +
        cost(
          'readUnit',
          over((unit) => unit.readUnits),
        ),
    },
    {
      what: 'DynamoDB: what is kept, and its recovery',
      usd: cost('tableGigabyte', keptGigabytes) + cost('recoveryGigabyte', keptGigabytes),
    },
    {
      what: 'CloudWatch: logs',
      usd: cost('logGigabyte', logGigabytes) + cost('keptLogGigabyte', logGigabytes * assumed.logMonths.is),
    },
    {
      what: 'API Gateway and WAF: requests',
      usd: cost('apiRequest', requests) + cost('wafRequest', requests),
    },
    { what: 'EventBridge Scheduler', usd: cost('schedule', callsOf('scheduler:CreateSchedule')) },
    { what: 'KMS: signatures', usd: cost('signature', callsOf('kms:Sign')) },
  ];
}

interface Run {
  readonly duty: string;
  readonly times: number;
  /** So many times as long as one that has one thing to do. */
  readonly longer: number;
}

/** Accounts that one run of reconcile looks at side by side. */
const AT_ONCE = 16;

function runsOf(event: Event, times: number, { accounts }: Month): readonly Run[] {
  const { invocations, ledgerWrites } = UNITS[event];
  // A minute's run looks at all accounts: it is one, however many they are.
  const all = event === 'reconcileMinute';
  const runs = Object.entries(invocations).map(([duty, each = 0]) => ({
    duty,
    times: (times * each) / (all ? accounts : 1),
    longer: all ? Math.ceil(accounts / AT_ONCE) : 1,
  }));
  // The stream hands each change to schedule.
  return [...runs, { duty: 'schedule', times: times * ledgerWrites, longer: 1 }];
}

export const totalOf = (lines: readonly Line[]): number => sumOf(lines.map(({ usd }) => usd));

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** @throws TypeError for a function that `assumed.json` or `standing.json` has no number for: it would cost nothing. */
function secondsOf(duty: string): number {
  const seconds: { readonly [duty: string]: number | undefined } = assumed.seconds;
  return known(seconds[duty], duty);
}
function memoryOf(duty: string): number {
  const memory: { readonly [duty: string]: number | undefined } = standing.memoryMegabytes;
  return known(memory[duty], duty);
}
function known(number: number | undefined, duty: string): number {
  if (number === undefined) throw new TypeError(`nothing is assumed of ${duty}`);
  return number;
}
