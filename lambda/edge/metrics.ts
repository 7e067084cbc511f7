import { Metrics } from '@aws-lambda-powertools/metrics';
import type { FaultCode } from '../../core/fault.ts';
import type { Reason } from '../../core/refusals.ts';
import type { Swept } from '../../core/sweep.ts';

const metrics = new Metrics({ namespace: 'Writ', serviceName: 'writ' });

/**
 * Counts one exit, in CloudWatch's embedded metric format. Each dimension is a closed set of our own words: what a
 * caller can choose would cost a new metric per value, and would be personal data in a place without erasure.
 */
export function countExit(
  endpoint: string,
  outcome: 'done' | 'refused' | 'fault',
  reason: Reason | FaultCode | 'none' | 'unexpected',
): void {
  // Not `singleMetric()`, which sets up a `Metrics` anew: five times the CPU. No other exit can come between these
  // lines, as none of them waits.
  metrics.addDimension('endpoint', endpoint);
  metrics.addDimension('outcome', outcome);
  metrics.addDimension('reason', reason);
  metrics.addMetric('Exits', 'Count', 1);
  metrics.publishStoredMetrics();
}

/** What a sweep found, as it is: both are zero on a good day, so that an alarm can stand on each. */
export function countSwept({ orphaned, unreadable }: Pick<Swept, 'orphaned' | 'unreadable'>): void {
  metrics.addMetric('Orphaned', 'Count', orphaned);
  metrics.addMetric('Unreadable', 'Count', unreadable);
  metrics.publishStoredMetrics();
}
