/** What docs/cost.md takes from the template: what is paid for however little it is used. Counted anew with `-u`. */
import { expect, test } from 'vitest';
import { functionName } from '../../cdk/names.ts';
import { DUTIES } from '../../core/duties.ts';
import { brokerTemplate, find, ofType } from './synthesised.ts';

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** What the stack has, however much it is used. */
function standing() {
  const template = brokerTemplate();
  const of = (type: string) => ofType(template, type).map(([, { Properties }]) => Properties);
  const metricsOf = ({ Metrics }: { readonly Metrics?: unknown }): number =>
    Array.isArray(Metrics) ? Metrics.filter((each) => each.MetricStat !== undefined).length : 1;
  const alarms = of('AWS::CloudWatch::Alarm');
  const probing = alarms.filter(({ AlarmName }) => String(AlarmName).startsWith('writ-probe-'));
  return {
    keys: of('AWS::KMS::Key').length,
    secrets: of('AWS::SecretsManager::Secret').length,
    // One that does arithmetic is billed by the metrics that it takes.
    alarmMetrics: total(alarms.map(metricsOf)) - probing.length,
    alarmMetricsOfProber: probing.length,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    webAcls: of('AWS::WAFv2::WebACL').length,
    webAclRules: total(of('AWS::WAFv2::WebACL').map(({ Rules }) => (Rules as readonly unknown[]).length)),
    polledQueues: of('AWS::Lambda::EventSourceMapping').filter(
      ({ EventSourceArn }) => !JSON.stringify(EventSourceArn).includes('StreamArn'),
    ).length,
    memoryMegabytes: Object.fromEntries(
      DUTIES.map((duty) => [
        duty,
        find(template, 'AWS::Lambda::Function', { FunctionName: functionName(duty) })[1].Properties
          .MemorySize,
      ]),
    ),
  };
}

test('what stands is what docs/cost.md was made from', async () => {
  await expect(`${JSON.stringify(standing(), null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/cost/standing.json',
  );
});
