import { Metrics } from '@aws-lambda-powertools/metrics';
import type { FaultCode } from '../../core/fault.ts';
import type { Reason } from '../../core/refusals.ts';

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
  const one = metrics.singleMetric();
  one.addDimension('endpoint', endpoint);
  one.addDimension('outcome', outcome);
  one.addDimension('reason', reason);
  one.addMetric('Exits', 'Count', 1);
}
