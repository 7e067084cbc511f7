/** What the questions to a run are asked of: sessions, refusals and revocations of its period. */
import type { Intent, Issued, Refused, Revoked } from '../../ledger/records.ts';
import type { Ending, Evidence, Leaf, WritEvidence } from '../evidence.ts';
import type { AuditResult, AuditRow } from '../result.ts';
import type { Verdict } from '../verdict.ts';
import type { EvidenceLock } from './finding.ts';

/** NumericDates; `to` is exclusive. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** A writ of which every record is proven, and none contradicts another. */
export interface Session {
  readonly writ: string;
  readonly evidence: WritEvidence;
  readonly intent: Intent;
  readonly issued: Issued;
  /** NumericDate: the deadline, or the revocation that was seen to work before. */
  readonly end: number;
}

export interface Facts {
  readonly result: AuditResult;
  readonly evidence: Evidence;
  readonly period: Period;
  /** Issued in the period, oldest first. */
  readonly sessions: readonly Session[];
  /** Writs of the period whose records are not proven, or contradict each other: they count for nothing. */
  readonly unproven: readonly WritEvidence[];
  /** Of proven records. */
  readonly refusals: readonly { readonly leaf: number; readonly record: Refused }[];
  /** Each once, however many sessions it ended; asked for in the period. */
  readonly endings: readonly Ending[];
  /** `null`: the store was not asked, or keeps no locks. */
  readonly lock: EvidenceLock | null;
}

/** As asked for; what was not asked for, from what was found: `writ audit` counts the same. */
export function periodOf({ question, coverage, log }: AuditResult): Period {
  const found = coverage.found ?? { from: log.from ?? 0, to: log.to ?? 0 };
  return { from: question.from ?? found.from, to: question.to ?? found.to + 1 };
}

export function factsOf(result: AuditResult, evidence: Evidence, lock: EvidenceLock | null): Facts {
  const period = periodOf(result);
  const isIn = (time: number) => period.from <= time && time < period.to;
  const accounts = result.question.accounts;
  const asked = [...evidence.writs.values()].filter(
    ({ state: { intent } }) => intent === null || accounts.length === 0 || accounts.includes(intent.account),
  );
  const issued = asked.filter(({ issuedAt }) => issuedAt !== null && isIn(issuedAt));
  const endings = asked.flatMap((writ) => (isProven(writ) ? writ.endings : []));
  return {
    ...{ result, evidence, period, lock },
    sessions: issued.flatMap(sessionOf).sort(byIssue),
    unproven: issued.filter((writ) => sessionOf(writ).length === 0),
    refusals: result.refusals.shown.flatMap(refusedIn),
    endings: [...new Map(endings.map((ending) => [ending.revocation, ending])).values()].filter(
      ({ askedAt }) => isIn(askedAt),
    ),
  };
}

function sessionOf(evidence: WritEvidence): readonly Session[] {
  const { writ, state, deadline, endings } = evidence;
  const { intent, outcome } = state;
  if (!isProven(evidence) || state.state === 'conflict' || intent === null || deadline === null) return [];
  if (outcome?.outcome !== 'issued') return [];
  const seen = endings.flatMap(({ seenRefused }) => (seenRefused === null ? [] : [seenRefused]));
  return [{ writ, evidence, intent, issued: outcome, end: Math.min(deadline, ...seen) }];
}

const isProven = ({ leaves }: WritEvidence): boolean =>
  Object.values(leaves).every(({ proven, record }) => proven && record !== null);

const refusedIn = ({ index, record, proven }: Leaf) =>
  proven && record?.type === 'refused' ? [{ leaf: index, record }] : [];

const byIssue = (one: Session, other: Session): number =>
  one.issued.issuedAt - other.issued.issuedAt || (one.writ < other.writ ? -1 : 1);

/** The revocation's own record. */
export const revokedIn = ({ leaves }: Ending): Revoked | null =>
  leaves.map(({ record }) => record).find((record): record is Revoked => record?.type === 'revoked') ?? null;

/** Events of brokered roles: all but those that stand outside, and standing access. */
export const brokeredEvents = ({ counts: { verdicts } }: AuditResult): number =>
  Object.values(verdicts).reduce((sum, events) => sum + events, 0) -
  verdicts.OUT_OF_SCOPE -
  verdicts.STANDING;

export const events = ({ counts: { verdicts } }: AuditResult, of: readonly Verdict[]): number =>
  of.reduce((sum, verdict) => sum + verdicts[verdict], 0);

/** Rows with these verdicts that the result holds. */
export const rowsWith = ({ alarms }: AuditResult, of: readonly Verdict[]): readonly AuditRow[] =>
  alarms.shown.filter(({ finding }) => of.includes(finding.verdict));

/** Writs that these took back, by id. */
export const endedBy = ({ evidence }: Facts, endings: readonly Ending[]): readonly WritEvidence[] => {
  const ids = new Set(endings.map(({ revocation }) => revocation));
  return [...evidence.writs.values()]
    .filter((writ) => writ.endings.some(({ revocation }) => ids.has(revocation)))
    .sort((one, other) => (one.writ < other.writ ? -1 : 1));
};
