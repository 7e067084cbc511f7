/** What was done with each writ, as the rows pass by: bounded for each, however much it was used. */
import type { Evidence } from '../../core/audit/evidence.ts';
import { isRefused } from '../../core/audit/refused.ts';
import {
  type AuditRow,
  SHOWN,
  type TimelineEvent,
  type UsedAction,
  type WritSummary,
} from '../../core/audit/result.ts';
import { intervalOf, validityOf } from '../../core/audit/validity.ts';
import { ALARMS, type Finding, type Verdict } from '../../core/audit/verdict.ts';
import { bounded } from './coverage.ts';

interface Open {
  valid: Finding['valid'];
  events: number;
  readonly verdicts: Map<Verdict, number>;
  from: number | null;
  to: number | null;
  readonly actions: Map<string, { eventSource: string; eventName: string; calls: number; refused: number }>;
  /** Alarms and the rest are bounded each, so that neither crowds out the other. */
  readonly alarms: TimelineEvent[];
  readonly others: TimelineEvent[];
}

/** Of all writs together: beyond that each new event has to find its writ's line almost empty. */
const MOST_EVENTS = 200_000;
const FEW = 20;
/** Different calls of one writ that are told apart while counting. */
const MOST_ACTIONS = 2_000;

export class WritSummaries {
  readonly #open = new Map<string, Open>();
  #kept = 0;

  add({ event, finding }: AuditRow): void {
    if (finding.writ === null) return;
    const open = this.#open.get(finding.writ) ?? begin();
    this.#open.set(finding.writ, open);
    open.events++;
    open.valid ??= finding.valid;
    open.verdicts.set(finding.verdict, (open.verdicts.get(finding.verdict) ?? 0) + 1);
    open.from = Math.min(open.from ?? event.eventTime, event.eventTime);
    open.to = Math.max(open.to ?? event.eventTime, event.eventTime);
    const { eventId, eventTime, eventSource, eventName, errorCode } = event;
    const line = ALARMS.includes(finding.verdict) ? open.alarms : open.others;
    if (line.length < (this.#kept < MOST_EVENTS ? SHOWN.timeline : FEW)) {
      this.#kept++;
      const { verdict, reason } = finding;
      line.push({ eventId, eventTime, eventSource, eventName, errorCode, verdict, reason });
    }
    const key = `${eventSource} ${eventName}`;
    const action = open.actions.get(key) ?? { eventSource, eventName, calls: 0, refused: 0 };
    if (open.actions.size < MOST_ACTIONS) open.actions.set(key, action);
    action.calls++;
    if (isRefused(errorCode)) action.refused++;
  }

  /** @param withoutMint - Issued in the period, of the accounts covered. @param issued - All of these. */
  summaries(
    evidence: Evidence,
    issued: readonly string[],
    withoutMint: ReadonlySet<string>,
  ): readonly WritSummary[] {
    const expected = new Set(issued);
    const ids = [...new Set([...this.#open.keys(), ...issued])].sort();
    return ids.map((writ) => {
      const known = evidence.writs.get(writ) ?? null;
      const validity = known && validityOf(known);
      const open = this.#open.get(writ) ?? begin();
      const timeline = [...open.alarms, ...open.others].slice(0, SHOWN.timeline).sort(inTime);
      return {
        writ,
        evidence: known,
        valid: open.valid ?? (validity && intervalOf(validity)),
        mint: !expected.has(writ) ? 'not_expected' : withoutMint.has(writ) ? 'not_seen' : 'seen',
        events: open.events,
        verdicts: Object.fromEntries([...open.verdicts].sort()),
        from: open.from,
        to: open.to,
        actions: bounded([...open.actions.values()].sort(mostFirst), SHOWN.actions),
        timeline: { shown: timeline, leftOut: open.events - timeline.length },
      };
    });
  }
}

const begin = (): Open => ({
  ...{ valid: null, events: 0, verdicts: new Map(), from: null, to: null },
  ...{ actions: new Map(), alarms: [], others: [] },
});

const inTime = (one: TimelineEvent, other: TimelineEvent): number =>
  one.eventTime - other.eventTime || (one.eventId < other.eventId ? -1 : 1);

const mostFirst = (one: UsedAction, other: UsedAction): number =>
  other.calls - one.calls ||
  (`${one.eventSource} ${one.eventName}` < `${other.eventSource} ${other.eventName}` ? -1 : 1);
