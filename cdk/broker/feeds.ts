import { CfnEventInvokeConfig, CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';
import { everyHour, everyMinute } from './schedules.ts';
import type { Tables } from './tables.ts';

/** Until a record of the stream is given up and told: with its pauses about a minute, as on a laptop. */
const STREAM_TRIES = 10;

/** An hour before the stream forgets a record somebody is told. */
const ARCHIVE_RECORD_SECONDS = 23 * 3600;

/** What invokes the functions that no caller reaches: the ledger's stream, the queue, and the clock. */
export class Feeds extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      functions,
      queues,
      tables,
      probing,
    }: {
      readonly functions: Functions;
      readonly queues: Queues;
      readonly tables: Tables;
      /** Whether the configuration has a prober. */
      readonly probing: boolean;
    },
  ) {
    super(scope, id);
    new CfnEventSourceMapping(this, 'Stream', {
      functionName: functions.of('schedule').functionName,
      eventSourceArn: tables.streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      // One record that cannot be worked off must not hold up the others, nor be tried for a day.
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: STREAM_TRIES,
      maximumRecordAgeInSeconds: 3600,
      destinationConfig: { onFailure: { destination: queues.streamFailures.queueArn } },
    });
    new CfnEventSourceMapping(this, 'Archive', {
      functionName: functions.of('archive').functionName,
      eventSourceArn: tables.streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      maximumBatchingWindowInSeconds: 5,
      functionResponseTypes: ['ReportBatchItemFailures'],
      // Nothing is poison to it, so it is tried until the stream forgets; then the gap sweep reads the table.
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: ARCHIVE_RECORD_SECONDS,
      destinationConfig: { onFailure: { destination: queues.streamFailures.queueArn } },
    });
    new CfnEventSourceMapping(this, 'Queue', {
      functionName: functions.of('reconcile').functionName,
      eventSourceArn: queues.reconcile.queueArn,
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
    // A schedule's invocation is asynchronous: Lambda tries it again, and tells where that did not help.
    new CfnEventInvokeConfig(this, 'Close', {
      functionName: functions.of('close').functionName,
      qualifier: '$LATEST',
      maximumEventAgeInSeconds: 3600,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: queues.closeDeadLetters.queueArn } },
    });
    everyHour(this, 'gaps-every-hour', functions.of('archive'), { gaps: true });
    for (const duty of ['reconcile', 'sweep', 'archive', ...(probing ? (['probe'] as const) : [])] as const) {
      const target = functions.of(duty);
      everyMinute(this, `${duty}-every-minute`, target);
      // The minute's event is asynchronous too.
      new CfnEventInvokeConfig(this, `${duty}-once`, {
        functionName: target.functionName,
        qualifier: '$LATEST',
        maximumEventAgeInSeconds: 60,
        maximumRetryAttempts: 0,
      });
    }
  }
}
