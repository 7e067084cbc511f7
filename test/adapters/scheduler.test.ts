import {
  ConflictException,
  CreateScheduleCommand,
  InternalServerException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { schedulerSchedule } from '../../adapters/scheduler.ts';
import { endOf, fault } from '../support/bad-day.ts';

const scheduler = mockClient(SchedulerClient);
const TARGET = {
  group: 'writ',
  closeFunction: 'arn:aws:lambda:eu-central-1:111122223333:function:writ-close',
  role: 'arn:aws:iam::111122223333:role/writ-scheduler',
  deadLetters: 'arn:aws:sqs:eu-central-1:111122223333:writ-close-dead-letters',
};
const WRIT = '01jd3v9q2m8x7c4b';
const at = 1_795_518_000;
const create = () => schedulerSchedule(new SchedulerClient({ region: 'eu-central-1' }), TARGET)(WRIT, at);

beforeEach(() => {
  scheduler.reset();
});

test('one command: once, in UTC, named by the writ, gone when it has fired', async () => {
  scheduler.on(CreateScheduleCommand).resolves({});
  await create();
  expect(scheduler.commandCalls(CreateScheduleCommand).map(({ args }) => args[0].input)).toEqual([
    {
      Name: WRIT,
      GroupName: 'writ',
      ScheduleExpression: 'at(2026-11-24T11:00:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: TARGET.closeFunction,
        RoleArn: TARGET.role,
        Input: `{"writ":"${WRIT}"}`,
        DeadLetterConfig: { Arn: TARGET.deadLetters },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 30 },
      },
    },
  ]);
});

test('a name that is taken is success: it was made before', async () => {
  scheduler
    .on(CreateScheduleCommand)
    .rejects(new ConflictException({ Message: '', message: '', $metadata: {} }));
  expect(await endOf(create())).toBeUndefined();
});

test.each([
  [
    'what the service says went wrong',
    new InternalServerException({ Message: '', message: '', $metadata: {} }),
  ],
  ['no answer', new TypeError('canary')],
])('%s is a fault', async (_, error) => {
  scheduler.on(CreateScheduleCommand).rejects(error);
  expect(await endOf(create())).toBe(fault('scheduler_unavailable'));
});
