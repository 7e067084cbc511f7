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
import { STAGE } from '../names.ts';
import type { Alarms } from './alarms.ts';
import type { Functions } from './functions.ts';

const WIDTH = 12;

/** Alarms first, then what callers meet, then what ends sessions. */
export class Dashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      api,
      functions,
      alarms,
    }: { readonly api: RestApi; readonly functions: Functions; readonly alarms: Alarms },
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
