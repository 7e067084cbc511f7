/** Lambda's event source mapping on the laptop: reads a queue, hands over each batch, deletes what was done. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import { failedItems } from './batch-failures.ts';
import type { Part } from './parts.ts';

/** Lambda's own default, and the most that one receive gives. */
const BATCH = 10;
const WAIT_SECONDS = 20;
const TROUBLE_MILLIS = 250;

export interface FedQueue {
  readonly url: string;
  readonly arn: string;
}

/**
 * Starts reading. One batch at a time, in the queue's order; what the function did not do comes back when it is visible
 * again, until the queue's redrive policy takes it away. On AWS batches of different groups go side by side.
 *
 * @param sqs - With credentials that may receive, delete and read attributes: on AWS those of the function's role.
 * @returns the part; `close` lets a batch that is with the function end.
 */
export function startQueueFeed(
  sqs: SQSClient,
  queue: FedQueue,
  to: {
    /** Invokes the function and gives back its answer. */
    readonly deliver: (event: SQSEvent) => Promise<unknown>;
    /** Told when messages could not be received, handed over or deleted; it goes on. */
    readonly onTrouble: (error: unknown) => void;
  },
): Part {
  const stop = new AbortController();

  async function turn(): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: stop.signal },
    );
    if (Messages.length === 0) return;
    const Records = Messages.map((message) => recordOf(message, queue));
    const ids = Records.map(({ messageId }) => messageId);
    const failed = failedItems(await to.deliver({ Records }), ids);
    const done = Records.filter(({ messageId }) => !failed.has(messageId));
    if (done.length > 0) await remove(done);
    if (failed.size > 0) to.onTrouble(new Error(`${failed.size} of ${ids.length} messages were not done`));
  }

  async function remove(done: readonly SQSRecord[]): Promise<void> {
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: done.map(({ receiptHandle }, n) => ({ Id: String(n), ReceiptHandle: receiptHandle })),
      }),
    );
    // The function took longer than the messages were hidden: they come again.
    if (Failed.length > 0) to.onTrouble(new Error(`${Failed.length} messages that are done come again`));
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await turn();
      } catch (error) {
        if (stop.signal.aborted) return;
        to.onTrouble(error);
        await pause(TROUBLE_MILLIS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }
  const running = run();

  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}

const recordOf = (message: Message, { arn }: FedQueue): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  // Lambda hands over what SQS said, which was asked for everything.
  attributes: message.Attributes as Partial<SQSRecordAttributes> as SQSRecordAttributes,
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: arn.split(':')[3] ?? '',
});
