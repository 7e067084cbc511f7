import { ConflictException, CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { isoTime } from '../core/encoding/iso-time.ts';
import { Fault } from '../core/fault.ts';
import type { ScheduleClose } from '../core/schedule.ts';

/** What every schedule has in common. All but the group are ARNs. */
export interface ScheduleTarget {
  readonly group: string;
  readonly closeFunction: string;
  /** Which EventBridge takes to invoke it. */
  readonly role: string;
  /** SQS: where an invocation goes that was never taken. */
  readonly deadLetters: string;
}

/** EventBridge's own least, and its tries within: an hour after the deadline the sweep has long been there. */
const RETRY = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 30 };

/**
 * EventBridge Scheduler: one schedule per writ, named by its id, gone once it has fired.
 *
 * A name that is taken is success: the stream was delivered twice, or an answer was lost.
 */
export const schedulerSchedule =
  (client: SchedulerClient, { group, closeFunction, role, deadLetters }: ScheduleTarget): ScheduleClose =>
  async (writ, at) => {
    try {
      await client.send(
        new CreateScheduleCommand({
          Name: writ,
          GroupName: group,
          ScheduleExpression: `at(${isoTime(at).replace('Z', '')})`,
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target: {
            Arn: closeFunction,
            RoleArn: role,
            Input: JSON.stringify({ writ }),
            DeadLetterConfig: { Arn: deadLetters },
            RetryPolicy: RETRY,
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConflictException)) throw new Fault('scheduler_unavailable', { cause: error });
    }
  };
