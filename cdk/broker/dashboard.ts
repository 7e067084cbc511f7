import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DUTIES } from '../../core/duties.ts';
import { STEPS } from '../../core/probe/result.ts';
import { STAGE } from '../names.ts';
import type { Alarms } from './alarms.ts';
import type { Functions } from './functions.ts';

const WIDTH = 12;

const ofProber = (metricName: string, statistic: string, step: { readonly step?: string } = {}) =>
  new Metric({ namespace: 'Writ', metricName, dimensionsMap: { service: 'writ', ...step }, statistic });

const probes = () => STEPS.map((step) => ofProber('ProbeFailed', 'Sum', { step }));
const refused = () => ['p50', 'p99'].map((statistic) => ofProber('RefusedAfter', statistic));

/** Alarms first, then what callers meet, then what ends sessions. */
export class Dashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      api,
      functions,
      alarms,
      probing,
    }: {
      readonly api: RestApi;
      readonly functions: Functions;
      readonly alarms: Alarms;
      /** Whether the configuration has a prober. */
      readonly probing: boolean;
    },
  ) {
    super(scope, id);
    const ofApi = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiName: api.restApiName, Stage: STAGE },
        statistic,
      });
    const counted = (...names: string[]) =>
      names.map(
        (metricName) =>
          new Metric({ namespace: 'Writ', metricName, dimensionsMap: { service: 'writ' }, statistic: 'Sum' }),
      );
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: WIDTH });
    new CloudWatchDashboard(this, 'Board', {
      dashboardName: 'writ',
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: 2 * WIDTH })],
        [
          graph('Requests, refusals and faults', [
            ofApi('Count', 'Sum'),
            ofApi('4XXError', 'Sum'),
            ofApi('5XXError', 'Sum'),
          ]),
          graph('Answers, milliseconds', [ofApi('Latency', 'p50'), ofApi('Latency', 'p99')]),
        ],
        [
          graph('Ending', counted('Unverified', 'Behind', 'Drift', 'Impossible')),
          graph('Repaired', counted('Orphaned', 'SchedulesLost', 'NotScheduled', 'Unreadable')),
        ],
        ...(probing
          ? [[graph('Probes that failed', probes()), graph('Ended until refused, milliseconds', refused())]]
          : []),
        [
          graph(
            'Errors',
            DUTIES.map((duty) => functions.of(duty).metricErrors()),
          ),
          graph(
            'Duration p99, milliseconds',
            DUTIES.map((duty) => functions.of(duty).metricDuration({ statistic: 'p99' })),
          ),
        ],
      ],
    });
  }
}
