/** What the engine found to what reports print. Refuses to say anything where the counts do not reconcile. */
import type { Checked } from '../../adapters/trail/check-digests.ts';
import { completeness, mintIn } from '../../core/audit/completeness.ts';
import type { Evidence, Leaf, Prefilter } from '../../core/audit/evidence.ts';
import {
  type AuditResult,
  type AuditRow,
  type AuditRun,
  type Counts,
  type Inputs,
  type OutOfScope,
  type Question,
  SHOWN,
} from '../../core/audit/result.ts';
import { ALARMS, VERDICTS, type Verdict } from '../../core/audit/verdict.ts';
import { bounded, coverageOf } from './coverage.ts';
import type { EngineResult } from './engine.ts';
import { isListed } from './row-filter.ts';
import type { Row } from './runs.ts';
import { Others } from './tallies.ts';
import { WritSummaries } from './writ-summaries.ts';

/** The counts contradict each other: a defect of ours, and nothing may be reported. */
export class Unreconciled extends Error {
  constructor(counts: Counts) {
    super(`events do not add up: ${JSON.stringify(counts)}`);
    this.name = 'Unreconciled';
  }
}

export interface Gathered {
  readonly question: Question;
  readonly inputs: Inputs;
  readonly evidence: Evidence;
  readonly leaves: readonly Leaf[];
  readonly prefilter: Prefilter;
  readonly digests: Checked;
}

/** @throws Unreconciled */
export function gather(engine: EngineResult, given: Gathered): AuditRun {
  const { question, evidence } = given;
  const seen = passThrough(engine, given);
  const counts = countsOf(engine, seen);
  const tallied = coverageOf(engine.places, question, {
    issuedIn: accountsOf(evidence, question),
    digests: { ...given.digests, flaws: bounded(given.digests.flaws, SHOWN.digestFlaws) },
  });
  const period = {
    from: question.from ?? tallied.found?.from ?? 0,
    to: question.to ?? (tallied.found === null ? 0 : tallied.found.to + 1),
  };
  const accounts = new Set(engine.places.map(({ account }) => account));
  const asks = { ...period, isCovered: (account: string) => accounts.has(account) };
  const compared = completeness(evidence, seen.mints, asks);
  const withoutMint = new Set(compared.withoutMint);
  const result: AuditResult = {
    question,
    inputs: given.inputs,
    coverage: tallied,
    counts,
    completeness: {
      issued: compared.issued.length,
      withoutMint: bounded(compared.withoutMint.toSorted(), SHOWN.withoutMint),
      mints: seen.mints.size,
      withoutRecord: counts.verdicts.DARK,
      leaves: leafCounts(given.leaves),
    },
    writs: bounded(seen.summaries.summaries(evidence, compared.issued, withoutMint), SHOWN.writs),
    alarms: { shown: seen.alarms, leftOut: seen.alarmCount - seen.alarms.length },
    refusals: bounded(refusalsIn(given.leaves, period), SHOWN.refusals),
    outOfScope: bounded(seen.others, SHOWN.outOfScope),
    log: evidence.log,
  };
  return { result, evidence, rows: () => listedRows(engine, given) };
}

interface Seen {
  readonly verdicts: { readonly [verdict in Verdict]: number };
  readonly alarms: readonly AuditRow[];
  readonly alarmCount: number;
  readonly listed: number;
  readonly mints: ReadonlySet<string>;
  readonly summaries: WritSummaries;
  readonly others: readonly OutOfScope[];
}

/** Goes through all rows once. */
function passThrough(engine: EngineResult, { question, evidence, prefilter }: Gathered): Seen {
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as {
    [verdict in Verdict]: number;
  };
  const alarms: AuditRow[] = [];
  const mints = new Set<string>();
  const summaries = new WritSummaries();
  const others = new Others();
  let alarmCount = 0;
  let listed = 0;
  for (const judged of engine.rows()) {
    const row = withWrit(judged, evidence);
    const { verdict, reason } = row.finding;
    verdicts[verdict]++;
    summaries.add(row);
    const mint = mintIn(row.event, prefilter);
    if (mint !== null) mints.add(mint);
    if (verdict === 'OUT_OF_SCOPE') others.add(row.event, reason, true);
    if (ALARMS.includes(verdict)) {
      alarmCount++;
      if (alarms.length < SHOWN.alarms) alarms.push(row);
    }
    if (isListed(row, question.only)) listed++;
  }
  const counted = addUp([...engine.others, ...others.all()]);
  verdicts.OUT_OF_SCOPE = counted.reduce((sum, { events }) => sum + events, 0);
  return { verdicts, alarms, alarmCount, listed, mints, summaries, others: counted };
}

async function* listedRows(engine: EngineResult, { evidence, question }: Gathered): AsyncGenerator<AuditRow> {
  for (const judged of engine.rows()) {
    const row = withWrit(judged, evidence);
    if (isListed(row, question.only)) yield row;
  }
}

const withWrit = (judged: Row, { writs }: Evidence): AuditRow => ({
  ...judged,
  writ: writs.get(judged.finding.writ ?? '') ?? null,
});

function countsOf(engine: EngineResult, { verdicts, listed }: Seen): Counts {
  const { records, unreadable, notAsked, duplicates } = engine;
  const counts = { records, unreadable, notAsked, duplicates, verdicts, listed };
  const judged = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  if (records !== unreadable + notAsked + duplicates + judged) throw new Unreconciled(counts);
  return counts;
}

function addUp(parts: readonly OutOfScope[]): readonly OutOfScope[] {
  const sums = new Map<string, { -readonly [key in keyof OutOfScope]: OutOfScope[key] }>();
  for (const { events, ...who } of parts) {
    const key = JSON.stringify(who);
    const sum = sums.get(key) ?? { ...who, events: 0 };
    sum.events += events;
    sums.set(key, sum);
  }
  const most = [...sums].filter(([, { events }]) => events > 0);
  return most.sort(mostFirst).map(([, sum]) => sum);
}

const mostFirst = (
  [oneKey, one]: readonly [string, OutOfScope],
  [otherKey, other]: readonly [string, OutOfScope],
): number => other.events - one.events || (oneKey < otherKey ? -1 : 1);

function accountsOf({ writs }: Evidence, { from, to, accounts }: Question): ReadonlySet<string> {
  const issued = [...writs.values()].flatMap(({ issuedAt, state: { intent } }) =>
    issuedAt !== null &&
    intent !== null &&
    (from === null || issuedAt >= from) &&
    (to === null || issuedAt < to)
      ? [intent.account]
      : [],
  );
  return new Set(issued.filter((account) => accounts.length === 0 || accounts.includes(account)));
}

function leafCounts(leaves: readonly Leaf[]): { readonly [type: string]: number } {
  const counts = new Map<string, number>();
  for (const { record } of leaves) {
    const type = record?.type ?? 'unreadable';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort());
}

const refusalsIn = (
  leaves: readonly Leaf[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Leaf[] =>
  leaves.filter(
    ({ record }) =>
      (record?.type === 'refused' || record?.type === 'revocation_refused') &&
      from <= record.at &&
      record.at < to,
  );
