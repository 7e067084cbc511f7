import { CreateScheduleGroupCommand, GetScheduleCommand } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { schedulerSchedule } from '../../../adapters/scheduler.ts';
import { Fault } from '../../../core/fault.ts';
import { SCHEDULE_AHEAD_SECONDS, SWEEP_CLOSES_AFTER_SECONDS } from '../../../core/limits.ts';
import { writId } from '../../../core/writ-id.ts';
import type { Check } from '../check.ts';
import { eventually } from '../eventually.ts';
import { type Laboratory, nameOf, pathOf, tagsOf } from '../laboratory.ts';
import { removeQueue, removeScheduleGroup } from '../removals.ts';
import { document, makeRole } from '../roles.ts';

export const aScheduleFiresOnce: Check = {
  id: 'a-schedule-fires-once',
  sentence:
    'A one-time schedule some seconds ahead fires before the sweep looks, and is gone then; `at()` in the past is refused, or fires at once: it never stands there for good.',
  reliedOnBy: ['adapters/scheduler.ts', 'core/schedule.ts', 'core/limits.ts'],
  otherwise:
    'Late: raise SWEEP_CLOSES_AFTER_SECONDS. A past one stays for ever: raise SCHEDULE_AHEAD_SECONDS above the longest way from the stream to the Scheduler, and let the sweep delete what it closes.',
  withoutAccount: 'stand-in',
  minutes: 5,
  async run(lab) {
    const queue = await makeQueue(lab, 'fired');
    const deadLetters = await makeQueue(lab, 'dead');
    const group = nameOf(lab, 'schedules');
    const { scheduler } = lab.clients;
    await lab.cleanup.make(
      `schedule group ${group}`,
      () => scheduler.send(new CreateScheduleGroupCommand({ Name: group, Tags: tagsOf(lab) })),
      () => removeScheduleGroup(scheduler, group),
    );
    const role = await makeRole(lab, {
      name: nameOf(lab, 'scheduler'),
      path: pathOf(lab),
      trust: document({
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': lab.account } },
      }),
      inline: {
        fire: document({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: [queue.arn, deadLetters.arn],
        }),
      },
    });
    // The queue in the function's place: it needs no code.
    const schedule = schedulerSchedule(scheduler, {
      ...{ group, closeFunction: queue.arn, role: role.arn, deadLetters: deadLetters.arn },
    });
    const seconds = () => Math.floor(lab.now() / 1000);
    const [ahead, past] = [1, 2].map((n) => writId(lab.now(), new Uint8Array(4).fill(n))) as [string, string];
    const isGone = async (name: string) => {
      try {
        await scheduler.send(new GetScheduleCommand({ Name: name, GroupName: group }));
        return false;
      } catch (error) {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return true;
        throw error;
      }
    };

    // A role that is seconds old is not taken yet.
    await eventually(
      { ...lab.patience, times: 1 },
      'a schedule is made',
      () => made(() => schedule(ahead, seconds() + SCHEDULE_AHEAD_SECONDS)),
      (answer) => answer === 'made',
    );
    const patience = { ...lab.patience, withinMillis: Math.max(lab.patience.withinMillis, 1), times: 1 };
    const millis = await eventually(
      patience,
      'it fires',
      () => received(lab, queue.url),
      (writs) => writs.includes(ahead),
    );
    lab.say(`fired ${Math.round(millis / 1000)} s after it was made for ${SCHEDULE_AHEAD_SECONDS} s ahead`);
    expect(millis / 1000).toBeLessThan(SCHEDULE_AHEAD_SECONDS + SWEEP_CLOSES_AFTER_SECONDS);
    await eventually(
      patience,
      'it is gone',
      () => isGone(ahead),
      (gone) => gone,
    );

    const answer = await made(() => schedule(past, seconds() - 3600));
    lab.say(`at() in the past: ${answer}`);
    await eventually(
      patience,
      'a past one does not stay',
      () => isGone(past),
      (gone) => gone,
    );
    if (answer === 'made')
      await eventually(
        patience,
        'a past one fires',
        () => received(lab, queue.url),
        (writs) => writs.includes(past),
      );
  },
};

async function makeQueue(
  lab: Laboratory,
  what: string,
): Promise<{ readonly url: string; readonly arn: string }> {
  const { sqs } = lab.clients;
  const QueueName = nameOf(lab, what);
  const { QueueUrl: url = '' } = await lab.cleanup.make(
    `queue ${QueueName}`,
    () => sqs.send(new CreateQueueCommand({ QueueName, tags: { 'writ-test': lab.run } })),
    () => removeQueue(sqs, QueueName),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '' };
}

/** Writs whose schedules fired since last asked. */
async function received({ clients: { sqs } }: Laboratory, QueueUrl: string): Promise<readonly string[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '{}' }) => String(JSON.parse(Body).writ));
}

/** @returns `made`, or the name of what the adapter's fault was caused by. */
async function made(make: () => Promise<void>): Promise<string> {
  try {
    await make();
    return 'made';
  } catch (error) {
    if (error instanceof Fault) return error.causeName ?? error.code;
    throw error;
  }
}
