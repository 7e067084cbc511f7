import type { GapsFound } from '../../core/archive/gaps.ts';
import type { Archived } from '../../core/archive.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { Probed } from '../../core/probe/result.ts';
import type { Reconciled } from '../../core/reconcile.ts';
import type { Reason } from '../../core/refusals.ts';
import type { Swept } from '../../core/sweep.ts';
import { writeLine } from './line.ts';

/**
 * Counts one exit. Each dimension is a closed set of our own words: what a caller can choose would cost a new metric per
 * value, and would be personal data in a place without erasure.
 */
export function countExit(
  endpoint: string,
  outcome: 'done' | 'refused' | 'fault',
  reason: Reason | FaultCode | 'none' | 'unexpected',
): void {
  count({ endpoint, outcome, reason }, { Exits: 1 });
}

/** What a sweep found, as it is: all are zero on a good day, so that an alarm can stand on each. */
export function countSwept({
  orphaned,
  closed,
  unreadable,
}: Pick<Swept, 'orphaned' | 'closed' | 'unreadable'>): void {
  count({}, { Orphaned: orphaned, SchedulesLost: closed, Unreadable: unreadable });
}

/** Records of the stream that could not be worked off. */
export const countScheduled = (failed: number): void => count({}, { NotScheduled: failed });

/**
 * What a reconciler found in one account: all but the length of its document are zero on a good day. Unverified for ten minutes stops new writs there;
 * drift is somebody's hand on the deny policy.
 */
export function countReconciled({
  drift,
  verified,
  behind,
  impossible,
  characters,
}: Pick<Reconciled, 'drift' | 'verified' | 'behind' | 'impossible' | 'characters'>): void {
  count(
    {},
    {
      Drift: drift.length,
      Unverified: Number(!verified),
      Behind: Number(behind),
      Impossible: impossible,
      DenyCharacters: characters,
    },
  );
}

/**
 * One count for each step of a probe that was tried, zero where it went as it must; of one that was not tried there is
 * none, and silence rings.
 *
 * @param at - When the probe began, milliseconds: so that each minute has its own, however long one takes.
 */
export function countProbed(
  { steps, refusedAfterMillis }: Pick<Probed, 'steps' | 'refusedAfterMillis'>,
  at: number,
): void {
  for (const [step, result] of Object.entries(steps)) {
    if (result !== 'not_tried') count({ step }, { ProbeFailed: Number(result !== 'ok') }, { at });
  }
  if (refusedAfterMillis !== null) {
    count({}, { RefusedAfter: refusedAfterMillis }, { at, unit: 'Milliseconds' });
  }
}

/** What an archiver added: tamper leaves are zero on every good day. */
export const countArchived = ({ added, tampered }: Pick<Archived, 'added' | 'tampered'>): void =>
  count({}, { Leaves: added, Tampered: tampered });

/** How far the evidence log is behind, once a minute: a minute at best. Silence rings. */
export const countLag = (lag: number): void => count({}, { ArchiveLag: lag }, { unit: 'Seconds' });

/** What a gap sweep found: both are zero on a good day. */
export const countGaps = ({ filled, tampered }: Pick<GapsFound, 'filled' | 'tampered'>): void =>
  count({}, { GapsFilled: filled, Tampered: tampered });

/** An end that could not be written, since what stands there is no writ. */
export const countUnreadable = (): void => count({}, { Unreadable: 1 });

/**
 * CloudWatch's embedded metric format: a log line that says which of its own members are metrics and dimensions.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function count(
  of: { readonly [dimension: string]: string },
  counts: { readonly [metric: string]: number },
  {
    at = Date.now(),
    unit = 'Count',
  }: { readonly at?: number; readonly unit?: 'Count' | 'Milliseconds' | 'Seconds' } = {},
): void {
  const dimensions = { service: 'writ', ...of };
  writeLine({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Writ',
          Dimensions: [Object.keys(dimensions)],
          Metrics: Object.keys(counts).map((Name) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...counts,
  });
}
