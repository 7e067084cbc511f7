import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queueArn, queueUrl } from '../../local/aws/sqs-queues.ts';
import type { Part } from '../../local/parts.ts';
import { startQueueFeed } from '../../local/queue-feed.ts';
import { caller } from './aws/caller.ts';
import { allow, REGION, startWorld, type World } from './aws/world.ts';

let world: World;
let sqs: SQSClient;
let feed: Part | undefined;
beforeEach(async () => {
  world = await startWorld({
    queues: [
      { name: 'dead.fifo' },
      { name: 'work.fifo', redrive: { maxReceiveCount: 2, deadLetterQueue: 'dead.fifo' } },
    ],
  });
  sqs = new SQSClient(world.client(caller(world, 'feeder', allow('sqs:*', queueArn(REGION, '*')))));
});
afterEach(async () => {
  await feed?.close();
  feed = undefined;
  await world.close();
});

const url = (name: string) => queueUrl(world.aws.endpoint, name);
const send = (MessageBody: string, MessageGroupId = 'a') =>
  sqs.send(
    new SendMessageCommand({
      ...{ QueueUrl: url('work.fifo'), MessageBody, MessageGroupId, MessageDeduplicationId: MessageBody },
    }),
  );
const receive = async (name: string) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url(name), MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  );
  return Messages.map(({ Body }) => Body);
};

/** A feed to a function that gets every event and answers this. */
function start(handle: (event: SQSEvent) => unknown) {
  const events: SQSEvent[] = [];
  const onTrouble = vi.fn();
  feed = startQueueFeed(
    sqs,
    { url: url('work.fifo'), arn: queueArn(REGION, 'work.fifo') },
    {
      async deliver(event) {
        events.push(event);
        return handle(event);
      },
      onTrouble,
    },
  );
  return { events, onTrouble };
}

test('a message is handed over as Lambda does it, and deleted', async () => {
  const { events, onTrouble } = start(() => ({ batchItemFailures: [] }));
  const { MessageId, SequenceNumber } = await send('1');
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events).toMatchObject([
    {
      Records: [
        {
          messageId: MessageId,
          body: '1',
          attributes: {
            ApproximateReceiveCount: '1',
            MessageGroupId: 'a',
            MessageDeduplicationId: '1',
            SequenceNumber,
          },
          eventSource: 'aws:sqs',
          eventSourceARN: queueArn(REGION, 'work.fifo'),
          awsRegion: REGION,
        },
      ],
    },
  ]);
  await feed?.close();
  world.clock.at += 60_000;
  expect(await receive('work.fifo')).toEqual([]);
  expect(onTrouble).not.toHaveBeenCalled();
});

test('what the function did not do comes back, and the rest does not', async () => {
  await send('1');
  await send('2', 'b');
  const { events, onTrouble } = start(({ Records }) => ({
    batchItemFailures: Records.filter(({ body }) => body === '1').map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  }));
  await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledTimes(1));
  expect(events.map(({ Records }) => Records.map(({ body }) => body))).toEqual([['1', '2']]);
  await feed?.close();
  expect(await receive('work.fifo')).toEqual([]);
  world.clock.at += 30_000;
  expect(await receive('work.fifo')).toEqual(['1']);
});

test('where the function fails nothing is deleted, and at the end the dead letters have it', async () => {
  await send('1');
  const failure = new Error('the function failed');
  const { events, onTrouble } = start(() => {
    // As time passes while the function runs, so that the next receive finds the message again.
    world.clock.at += 30_000;
    throw failure;
  });
  await vi.waitFor(async () => expect(await receive('dead.fifo')).toEqual(['1']));
  expect(events).toHaveLength(2);
  expect(onTrouble.mock.calls).toEqual([[failure], [failure]]);
});

test('closing lets the function end, and deletes what it did', async () => {
  let finish = (): void => undefined;
  const { events } = start(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(null);
      }),
  );
  await send('1');
  await vi.waitFor(() => expect(events).toHaveLength(1));
  const closing = feed?.close();
  finish();
  await closing;
  world.clock.at += 60_000;
  expect(await receive('work.fifo')).toEqual([]);
});
