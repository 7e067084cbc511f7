import { GetScheduleGroupCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueFacts } from '../core/doctor/facts.ts';
import { orNull } from './doctor-answer.ts';

const NO_QUEUE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'NonExistentQueue'];

/** @returns `null` where there is no such queue. */
export const queueByUrl = (client: SQSClient, QueueUrl: string): Promise<QueueFacts | null> =>
  orNull(async () => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    const count = (name: QueueAttributeName) => Number(Attributes[name] ?? 0);
    return {
      name: nameOfArn(Attributes.QueueArn ?? ''),
      fifo: Attributes.FifoQueue === 'true',
      visibilitySeconds: count('VisibilityTimeout'),
      messages: count('ApproximateNumberOfMessages') + count('ApproximateNumberOfMessagesNotVisible'),
      deadLetters: deadLettersIn(Attributes.RedrivePolicy),
    };
  }, NO_QUEUE);

export const queueByArn = (client: SQSClient, arn: string): Promise<QueueFacts | null> =>
  orNull(async () => {
    const [, , , , QueueOwnerAWSAccountId] = arn.split(':');
    const { QueueUrl = '' } = await client.send(
      new GetQueueUrlCommand({ QueueName: nameOfArn(arn), QueueOwnerAWSAccountId }),
    );
    return queueByUrl(client, QueueUrl);
  }, NO_QUEUE);

/** `null` where there is no such group. */
export const scheduleGroup = (client: SchedulerClient, name: string) =>
  orNull(async () => {
    const { State = '' } = await client.send(new GetScheduleGroupCommand({ Name: name }));
    return { name, state: State };
  }, ['ResourceNotFoundException']);

const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

function deadLettersIn(policy: string | undefined): string | null {
  if (policy === undefined) return null;
  try {
    const { deadLetterTargetArn }: { deadLetterTargetArn?: unknown } = JSON.parse(policy);
    return typeof deadLetterTargetArn === 'string' ? deadLetterTargetArn : null;
  } catch {
    return null;
  }
}
