/** What somebody must look at, as data: one line each, one page of the runbook each. */
import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DUTIES } from '../../core/duties.ts';
import { MAX_MANAGED_POLICY_CHARS } from '../../core/limits.ts';
import type { Step } from '../../core/probe/result.ts';
import { functionName, STAGE } from '../names.ts';
import { DUTY_SPECS } from './duties.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';

const MINUTE = Duration.minutes(1);

/** As `lambda/edge/metrics.ts` counts, without a caller's words. */
const counted = (metricName: string, statistic: 'Sum' | 'Maximum' = 'Sum'): Metric =>
  new Metric({
    namespace: 'Writ',
    metricName,
    dimensionsMap: { service: 'writ' },
    statistic,
    period: MINUTE,
  });

interface AlarmSpec {
  /** Name, and page of the runbook. */
  readonly name: string;
  readonly says: string;
  readonly metric: Metric | MathExpression;
  /** It rings above this. */
  readonly above: number;
  /** So many minutes, of the last so many. */
  readonly minutes: readonly [number, number];
  /** Nothing counted is bad too: what counts does not run. */
  readonly silenceIsBad?: boolean;
}

export interface AlarmsProps {
  readonly api: RestApi;
  readonly functions: Functions;
  readonly queues: Queues;
  /** Whether the configuration has a prober. */
  readonly probing: boolean;
  readonly actions: readonly IAlarmAction[];
}

export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const changed = ledgerChanges(this, props.functions.logsOf('schedule'));
    this.all = [
      ...serving(props),
      ...ending(),
      ...evidence(),
      ...deadLetters(props.queues),
      ...(props.probing ? PROBES.map(probing) : []),
      {
        name: 'ledger-changed',
        says: 'An item of the ledger was changed or removed: nobody may do that.',
        metric: changed,
        above: 0,
        minutes: [1, 1] as const,
      },
    ].map((spec) => this.#alarm(spec, props.actions));
  }

  #alarm(
    { name, says, metric, above, minutes, silenceIsBad }: AlarmSpec,
    actions: readonly IAlarmAction[],
  ): Alarm {
    const [datapointsToAlarm, evaluationPeriods] = minutes;
    const alarm = new Alarm(this, name, {
      alarmName: `writ-${name}`,
      alarmDescription: `${says} See docs/runbook/${name}.md.`,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...actions);
    return alarm;
  }
}

/** What environments are kept for; an alarm takes ten metrics. */
const KEPT = DUTIES.filter((duty) => DUTY_SPECS[duty].reserved !== undefined);

const serving = ({ api, functions }: AlarmsProps): readonly AlarmSpec[] => {
  const ofApi = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiName: api.restApiName, Stage: STAGE },
      statistic,
      period: MINUTE,
    });
  return [
    {
      name: 'error-rate',
      says: 'More than 5 % of the answers are faults of the broker.',
      // Few requests make a rate of anything: below ten a minute it is not looked at.
      metric: new MathExpression({
        expression: 'IF(requests >= 10, 100 * faults / requests, 0)',
        usingMetrics: { requests: ofApi('Count', 'Sum'), faults: ofApi('5XXError', 'Sum') },
        period: MINUTE,
        label: 'faults, percent',
      }),
      above: 5,
      minutes: [2, 3],
    },
    {
      name: 'latency-p99',
      says: 'One answer in a hundred takes longer than five seconds.',
      metric: ofApi('Latency', 'p99'),
      above: 5000,
      minutes: [3, 5],
    },
    {
      name: 'throttled',
      says: 'Functions are refused for want of concurrency.',
      metric: new MathExpression({
        expression: KEPT.join(' + '),
        usingMetrics: Object.fromEntries(
          KEPT.map((duty) => [duty, functions.of(duty).metricThrottles({ period: MINUTE })]),
        ),
        period: MINUTE,
        label: 'throttles',
      }),
      above: 0,
      minutes: [3, 5],
    },
    {
      name: 'background-errors',
      says: 'What runs by itself fails: reconcile, sweep, schedule, close or archive.',
      metric: new MathExpression({
        expression: 'reconcile + sweep + schedule + close + archive',
        usingMetrics: Object.fromEntries(
          (['reconcile', 'sweep', 'schedule', 'close', 'archive'] as const).map((duty) => [
            duty,
            functions.of(duty).metricErrors({ period: MINUTE }),
          ]),
        ),
        period: MINUTE,
        label: 'errors',
      }),
      above: 0,
      minutes: [3, 5],
    },
    {
      name: 'stream-behind',
      says: 'The stream of the ledger is worked off late: schedules are made late, and the sweep closes in their place.',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'IteratorAge',
        dimensionsMap: { FunctionName: functionName('schedule') },
        statistic: 'Maximum',
        period: MINUTE,
      }),
      above: 5 * 60_000,
      minutes: [2, 3],
    },
  ];
};

const ending = (): readonly AlarmSpec[] => [
  {
    name: 'unverified',
    says: 'The deny policy of an account was not verified for five minutes: at ten nothing is issued there.',
    metric: counted('Unverified', 'Maximum'),
    above: 0,
    minutes: [5, 5],
    silenceIsBad: true,
  },
  {
    name: 'deny-document-full',
    says: 'A deny document is longer than four fifths of what IAM takes: entries will climb.',
    metric: counted('DenyCharacters', 'Maximum'),
    above: Math.floor(0.8 * MAX_MANAGED_POLICY_CHARS),
    minutes: [1, 1],
  },
  {
    name: 'drift',
    says: 'Somebody else changed a deny policy or detached it. It was repaired.',
    metric: counted('Drift'),
    above: 0,
    minutes: [1, 1],
  },
  {
    name: 'impossible-entries',
    says: 'Somebody wrote deny entries that name what no session can be.',
    metric: counted('Impossible'),
    above: 0,
    minutes: [1, 1],
  },
  {
    name: 'orphans',
    says: 'Intents without outcome: mints end half-way.',
    metric: counted('Orphaned'),
    above: 0,
    minutes: [3, 5],
  },
  {
    name: 'schedules-lost',
    says: 'The sweep closes writs in place of their schedules.',
    metric: counted('SchedulesLost'),
    above: 0,
    minutes: [3, 5],
  },
  {
    name: 'unreadable',
    says: 'The ledger holds what no function of Writ wrote.',
    metric: counted('Unreadable'),
    above: 0,
    minutes: [1, 1],
  },
];

const evidence = (): readonly AlarmSpec[] => [
  {
    name: 'archive-behind',
    says: 'The evidence log is more than a quarter of an hour behind: at twelve hours nothing is issued.',
    metric: counted('ArchiveLag', 'Maximum'),
    above: 15 * 60,
    minutes: [5, 5],
    silenceIsBad: true,
  },
  {
    name: 'tampered',
    says: 'The ledger was tampered with: the evidence log has a leaf that tells of it.',
    metric: counted('Tampered'),
    above: 0,
    minutes: [1, 1],
  },
  {
    name: 'evidence-gaps',
    says: 'Items of the ledger had no leaf, and have one now: the stream did not tell of them.',
    metric: counted('GapsFilled'),
    above: 0,
    minutes: [1, 1],
  },
];

const deadLetters = (queues: Queues): readonly AlarmSpec[] => {
  const waiting = (queue: IQueue) =>
    queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: MINUTE });
  return [
    {
      name: 'reconcile-dead-letters',
      says: 'Reconcilers were woken and failed at every try.',
      metric: waiting(queues.reconcileDeadLetters),
      above: 0,
      minutes: [1, 1],
    },
    {
      name: 'stream-failures',
      says: 'Records of the stream of the ledger could not be worked off.',
      metric: waiting(queues.streamFailures),
      above: 0,
      minutes: [1, 1],
    },
    {
      name: 'close-dead-letters',
      says: 'Ends of writs could not be written when their schedules fired.',
      metric: waiting(queues.closeDeadLetters),
      above: 0,
      minutes: [1, 1],
    },
    {
      name: 'watch-dead-letters',
      says: 'What must be looked at did not reach the topic.',
      metric: waiting(queues.watchDeadLetters),
      above: 0,
      minutes: [1, 1],
    },
  ];
};

/** What each step of the prober is there to show; two that fail are a breach, and the rest an outage. */
const PROBES: readonly {
  readonly step: Step;
  readonly says: string;
  readonly minutes: readonly [number, number];
}[] = [
  { step: 'exchange', says: 'The prober got no session.', minutes: [3, 5] },
  { step: 'allowed', says: 'The prober’s session could not do what its permission is for.', minutes: [3, 5] },
  { step: 'forbidden', says: 'The prober’s session could do what no policy allows.', minutes: [2, 3] },
  {
    step: 'identity',
    says: 'Somebody whom nobody vouches for was not refused as he must be.',
    minutes: [2, 3],
  },
  { step: 'revocation', says: 'The prober’s session was ended, and AWS did not refuse it.', minutes: [3, 5] },
];

const probing = ({ step, says, minutes }: (typeof PROBES)[number]): AlarmSpec => ({
  name: `probe-${step}`,
  says,
  metric: new Metric({
    namespace: 'Writ',
    metricName: 'ProbeFailed',
    dimensionsMap: { service: 'writ', step },
    statistic: 'Maximum',
    period: MINUTE,
  }),
  above: 0,
  minutes,
  silenceIsBad: true,
});

/** The stream's reader logs each record; any but a new one is what nobody may do. */
function ledgerChanges(scope: Construct, logGroup: LogGroup): Metric {
  const filter = new MetricFilter(scope, 'LedgerChanges', {
    logGroup,
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.message', '=', 'record'),
      FilterPattern.stringValue('$.change', '!=', 'INSERT'),
    ),
    metricNamespace: 'Writ',
    metricName: 'LedgerChanged',
    metricValue: '1',
  });
  return filter.metric({ statistic: 'Sum', period: MINUTE });
}
