/** What a run over one writ's two events found, and the findings of one change to it. */
import { controlsOf } from '../../../../core/audit/controls/controls.ts';
import type { ControlFinding, EvidenceLock } from '../../../../core/audit/controls/finding.ts';
import type { Evidence } from '../../../../core/audit/evidence.ts';
import type { AuditResult, AuditRow, WritSummary } from '../../../../core/audit/result.ts';
import { VERDICTS, type Verdict } from '../../../../core/audit/verdict.ts';
import { FACTS, OPENED, useWith } from '../fixture.ts';

const noVerdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as {
  readonly [verdict in Verdict]: number;
};

export const RESULT: AuditResult = {
  question: {
    ...{ command: ['writ', 'controls', 'trail'], release: '0.1.0', from: OPENED - 3600, to: OPENED + 3600 },
    ...{ accounts: [], regions: [], all: false, toleranceSeconds: 2 },
    only: { writs: [], users: [], agents: [], tasks: [], verdicts: [] },
  },
  inputs: {
    files: { shown: [{ name: 'a.json.gz', sha256: 'cd'.repeat(32), bytes: 9, records: 2 }], leftOut: 0 },
    ...{ filesHash: 'ef'.repeat(32), bytes: 9 },
    damaged: { shown: [], leftOut: 0 },
    unreadable: { shown: [], leftOut: 0 },
  },
  coverage: {
    found: { from: OPENED, to: OPENED + 60 },
    places: {
      shown: [
        {
          ...{
            account: '444455556666',
            region: 'eu-central-1',
            events: 2,
            managementEvents: 1,
            dataEvents: 1,
          },
          ...{ from: OPENED, to: OPENED + 60, emptyHours: 0, gaps: { shown: [], leftOut: 0 } },
        },
      ],
      leftOut: 0,
    },
    ...{ dataEvents: true, accountsMissing: [] },
    digests: {
      ...{ files: 1, signatures: 'verified', verified: 1, filesCovered: 1, filesUncovered: 0 },
      flaws: { shown: [], leftOut: 0 },
    },
  },
  counts: {
    ...{ records: 2, unreadable: 0, notAsked: 0, duplicates: 0, listed: 2 },
    verdicts: { ...noVerdicts, ATTRIBUTED: 2 },
  },
  completeness: {
    ...{ issued: 1, withoutMint: { shown: [], leftOut: 0 }, mints: 1, withoutRecord: 0 },
    leaves: { intent: 1, outcome: 1 },
  },
  writs: { shown: [], leftOut: 0 },
  alarms: { shown: [], leftOut: 0 },
  refusals: { shown: [], leftOut: 0 },
  outOfScope: { shown: [], leftOut: 0 },
  log: { ...FACTS, size: 2, root: 'cm9vdA==' },
};

export const withVerdict = (verdict: Verdict, reason: string): AuditResult => ({
  ...RESULT,
  counts: { ...RESULT.counts, verdicts: { ...RESULT.counts.verdicts, [verdict]: 1 } },
  alarms: { shown: [alarm(verdict, reason)], leftOut: 0 },
});

const alarm = (verdict: Verdict, reason: string): AuditRow => ({
  event: useWith({ eventId: 'an-alarm' }),
  finding: {
    ...{ verdict, reason, matchedBy: [], writ: null, records: [], valid: null },
    ...{ secondsLeft: null, unknown: [] },
  },
  writ: null,
});

export const summaryOf = (writ: string, eventNames: readonly string[]): WritSummary => ({
  ...{ writ, evidence: null, valid: null, mint: 'seen', events: eventNames.length, verdicts: {} },
  ...{ from: null, to: null, timeline: { shown: [], leftOut: 0 } },
  actions: {
    shown: eventNames.map((eventName) => ({ eventSource: 'sts', eventName, calls: 1, refused: 0 })),
    leftOut: 0,
  },
});

/** One control's finding. */
export function findingOf(
  id: string,
  evidence: Evidence,
  {
    result = RESULT,
    lock = null,
  }: { readonly result?: AuditResult; readonly lock?: EvidenceLock | null } = {},
): ControlFinding {
  const found = controlsOf({ result, evidence }, { lock }).find((finding) => finding.id === id);
  if (found === undefined) throw new Error(`no control ${id}`);
  return found;
}

export const saying = (statements: ControlFinding['evidence'], words: string) =>
  statements.find(({ says }) => says.includes(words));
