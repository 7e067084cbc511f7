/** Messages and queues as their readers see them. */
import { hash } from 'node:crypto';
import type { JsonObject } from '../../core/encoding/i-json.ts';
import type { Message, Queue } from './sqs-queue.ts';

/** What a receiver sees of a message. */
export function shown(message: Message, wanted: readonly string[]): JsonObject {
  const attributes = picked(
    {
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      SequenceNumber: message.sequenceNumber,
      MessageGroupId: message.groupId,
      MessageDeduplicationId: message.deduplicationId,
      DeadLetterQueueSourceArn: message.deadLetterSourceArn,
    },
    wanted,
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(attributes).length === 0 ? {} : { Attributes: attributes }),
  };
}

type Attributes = { readonly [name: string]: string | undefined };

/** What a caller may ask a queue for; the others that SQS has are of things that this one does not do. */
export const QUEUE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'VisibilityTimeout',
  'QueueArn',
  'FifoQueue',
  'ContentBasedDeduplication',
  'RedrivePolicy',
]);

export function attributesOf(queue: Queue): Attributes {
  const { visible, inFlight } = queue.counts();
  const { deadLetters, maxReceiveCount } = queue;
  return {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: '0',
    VisibilityTimeout: String(queue.visibilitySeconds),
    QueueArn: queue.arn,
    ...(queue.fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'false' } : {}),
    ...(deadLetters === null
      ? {}
      : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }) }),
  };
}

/** Those that were asked for by name, or all. */
export function picked(all: Attributes, names: readonly string[]): { readonly [name: string]: string } {
  const wanted = (name: string): boolean => names.includes('All') || names.includes(name);
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value !== undefined && wanted(name) ? [[name, value] as const] : [],
    ),
  );
}

/** Only a checksum, which the SDKs compare with their own. */
export const md5 = (body: string): string => hash('md5', body, 'hex');
