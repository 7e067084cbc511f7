import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueues, queueArn, queueUrl } from '../../../local/aws/sqs-queues.ts';
import { caller } from './caller.ts';
import { allow, NOW, REGION, startWorld, type World } from './world.ts';

let world: World;
let sqs: SQSClient;
let url: string;
beforeEach(async () => {
  world = await startWorld({
    queues: [
      { name: 'dead.fifo' },
      { name: 'work.fifo', redrive: { maxReceiveCount: 3, deadLetterQueue: 'dead.fifo' } },
      { name: 'plain', visibilitySeconds: 5 },
    ],
  });
  sqs = new SQSClient(world.client(caller(world, 'worker', allow('sqs:*', queueArn(REGION, '*')))));
  url = queueUrl(world.aws.endpoint, 'work.fifo');
});
afterEach(() => world.close());

const send = (MessageBody: string, change: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(
    new SendMessageCommand({
      ...{ QueueUrl: url, MessageBody, MessageGroupId: 'a', MessageDeduplicationId: MessageBody },
      ...change,
    }),
  );
const receive = (change: Partial<ReceiveMessageCommandInput> = {}) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, ...change }));

test('a message goes through, with the checksum that the SDK asks for and the attributes asked for', async () => {
  const sent = await send('Grüße \u{1f511}', { MessageDeduplicationId: 'once' });
  expect(sent.SequenceNumber).toMatch(/^\d{20}$/);
  world.clock.at += 1000;
  const { Messages } = await receive({ MessageSystemAttributeNames: ['All'] });
  expect(Messages).toMatchObject([
    {
      MessageId: sent.MessageId,
      Body: 'Grüße \u{1f511}',
      Attributes: {
        SenderId: expect.stringMatching(/^AROALOCAL\w+:worker$/),
        SentTimestamp: String(NOW),
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: String(NOW + 1000),
        SequenceNumber: sent.SequenceNumber,
        MessageGroupId: 'a',
        MessageDeduplicationId: 'once',
      },
    },
  ]);
  expect((await receive()).Messages).toBeUndefined();
});

test('a batch tells what became of each entry', async () => {
  const { Successful, Failed } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: [
        { Id: 'one', MessageBody: '1', MessageGroupId: 'a', MessageDeduplicationId: '1' },
        { Id: 'two', MessageBody: '2', MessageDeduplicationId: '2' },
      ],
    }),
  );
  expect(Successful).toMatchObject([{ Id: 'one', MessageId: expect.any(String) }]);
  expect(Failed).toMatchObject([{ Id: 'two', SenderFault: true, Code: 'MissingParameter' }]);

  const { Messages = [] } = await receive();
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: url,
      Entries: [
        { Id: 'one', ReceiptHandle: Messages[0]?.ReceiptHandle },
        { Id: 'two', ReceiptHandle: 'no handle' },
      ],
    }),
  );
  expect(deleted.Successful).toEqual([{ Id: 'one' }]);
  expect(deleted.Failed).toMatchObject([{ Id: 'two', Code: 'ReceiptHandleIsInvalid' }]);
});

test('a long poll is answered by the next message, and by one that comes back', async () => {
  const polled = receive({ WaitTimeSeconds: 20 });
  await send('1');
  const [message] = (await polled).Messages ?? [];
  expect(message?.Body).toBe('1');

  const again = receive({ WaitTimeSeconds: 20 });
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      ...{ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
    }),
  );
  expect((await again).Messages).toMatchObject([{ Body: '1' }]);
});

test('a group that becomes free ends a long poll', async () => {
  await send('1');
  const { Messages: [first] = [] } = await receive();
  await send('2');
  const polled = receive({ WaitTimeSeconds: 20 });
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
  expect((await polled).Messages).toMatchObject([{ Body: '2' }]);
});

test('closing ends every wait', async () => {
  const queues = createQueues([{ name: 'plain' }], { region: REGION, now: () => NOW, id: () => 'id' });
  const plain = queues.queue('plain');
  if (plain === null) throw new Error('no queue');
  const waits = queues.receive(plain, { max: 1, visibilitySeconds: 1, waitSeconds: 20 });
  queues.close();
  expect(await waits).toEqual([]);
  expect(await queues.receive(plain, { max: 1, visibilitySeconds: 1, waitSeconds: 20 })).toEqual([]);
});

test('a queue tells of itself', async () => {
  await send('1');
  await send('2', { MessageGroupId: 'b' });
  await receive({ MaxNumberOfMessages: 1 });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'work.fifo' }));
  expect(QueueUrl).toBe(url);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toEqual({
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
    ApproximateNumberOfMessagesDelayed: '0',
    VisibilityTimeout: '30',
    QueueArn: queueArn(REGION, 'work.fifo'),
    FifoQueue: 'true',
    ContentBasedDeduplication: 'false',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(REGION, 'dead.fifo'), maxReceiveCount: 3 }),
  });
});

test('a handle goes stale', async () => {
  await send('1');
  const { Messages: [first] = [] } = await receive({ VisibilityTimeout: 1 });
  world.clock.at += 1000;
  const late = sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
  await expect(late).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: expect.stringContaining('The receipt handle has expired.'),
  });
  const longer = new ChangeMessageVisibilityCommand({
    ...{ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 60 },
  });
  await expect(sqs.send(longer)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test.each<{ name: string; change: Partial<SendMessageCommandInput>; error: string; code?: string }>([
  {
    name: 'no such queue',
    change: { QueueUrl: 'http://localhost/000000000000/none' },
    error: 'QueueDoesNotExist',
    code: 'AWS.SimpleQueueService.NonExistentQueue',
  },
  {
    name: 'a queue of another account',
    change: { QueueUrl: 'http://localhost/111111111111/work.fifo' },
    error: 'QueueDoesNotExist',
    code: 'AWS.SimpleQueueService.NonExistentQueue',
  },
  { name: 'no address', change: { QueueUrl: 'work.fifo' }, error: 'InvalidAddress' },
  { name: 'no group', change: { MessageGroupId: undefined }, error: 'MissingParameter' },
  {
    name: 'no deduplication id',
    change: { MessageDeduplicationId: undefined },
    error: 'InvalidParameterValue',
  },
  { name: 'an empty body', change: { MessageBody: '' }, error: 'MissingParameter' },
  { name: 'a control character', change: { MessageBody: '\u0001' }, error: 'InvalidMessageContents' },
  {
    name: 'a body over 1 MiB',
    change: { MessageBody: 'x'.repeat(1024 * 1024 + 1) },
    error: 'InvalidParameterValue',
  },
  { name: 'a delay', change: { DelaySeconds: 1 }, error: 'NotImplemented' },
  {
    name: 'attributes',
    change: { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } },
    error: 'NotImplemented',
  },
])('$name: $error', async ({ change, error, code }) => {
  const expected = error === 'NotImplemented' ? { name: error } : { name: error, Code: code ?? error };
  await expect(send('1', change)).rejects.toMatchObject(expected);
});

test.each<{ name: string; change: Partial<ReceiveMessageCommandInput> }>([
  { name: 'eleven at a time', change: { MaxNumberOfMessages: 11 } },
  { name: 'a wait of 21 seconds', change: { WaitTimeSeconds: 21 } },
  { name: 'hidden for over twelve hours', change: { VisibilityTimeout: 43_201 } },
])('$name: InvalidParameterValue', async ({ change }) => {
  await expect(receive(change)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test.each([
  { name: 'none', ids: [], error: 'EmptyBatchRequest' },
  { name: 'eleven', ids: [...'abcdefghijk'], error: 'TooManyEntriesInBatchRequest' },
  { name: 'two of one id', ids: ['a', 'a'], error: 'BatchEntryIdsNotDistinct' },
  { name: 'an id with a space', ids: ['a b'], error: 'InvalidBatchEntryId' },
])('a batch of $name: $error', async ({ ids, error }) => {
  const Entries = ids.map((Id) => ({ Id, MessageBody: Id, MessageGroupId: 'a', MessageDeduplicationId: Id }));
  const sent = sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  await expect(sent).rejects.toMatchObject({ name: error });
});

test('what is not served refuses the whole batch', async () => {
  const entry = { MessageBody: '1', MessageGroupId: 'a', MessageDeduplicationId: '1' };
  const Entries = [
    { Id: 'a', ...entry },
    { Id: 'b', ...entry, DelaySeconds: 5 },
  ];
  const sent = sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  await expect(sent).rejects.toMatchObject({ name: 'NotImplemented' });
  expect((await receive()).Messages).toBeUndefined();
});

test('the actions are authorised on the ARN, a batch as what it is a batch of; the trail tells no body', async () => {
  const session = caller(world, 'sender', allow('sqs:SendMessage', queueArn(REGION, 'plain')));
  const sender = new SQSClient(world.client(session));
  const QueueUrl = queueUrl(world.aws.endpoint, 'plain');
  await sender.send(
    new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'secret words' }] }),
  );
  await sender.send(new SendMessageCommand({ QueueUrl, MessageBody: 'secret words' }));
  for (const refused of [
    new ReceiveMessageCommand({ QueueUrl }),
    new SendMessageCommand({ QueueUrl: url, MessageBody: 'secret words' }),
    // Who may not know is not told that there is no such queue.
    new ReceiveMessageCommand({ QueueUrl: queueUrl(world.aws.endpoint, 'none') }),
  ]) {
    await expect(sender.send(refused as ReceiveMessageCommand)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  }
  const events = await world.events();
  expect(JSON.stringify(events)).not.toContain('secret words');
  const ofSender = events.filter(({ eventSource }) => eventSource === 'sqs.amazonaws.com');
  expect(ofSender).toMatchObject([
    { eventName: 'SendMessageBatch' },
    {
      eventName: 'SendMessage',
      eventCategory: 'Data',
      managementEvent: false,
      readOnly: false,
      requestParameters: { queueUrl: QueueUrl, messageBody: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      resources: [{ type: 'AWS::SQS::Queue', ARN: queueArn(REGION, 'plain') }],
    },
    { eventName: 'ReceiveMessage', readOnly: true, errorCode: 'AccessDenied' },
    { eventName: 'SendMessage', errorCode: 'AccessDenied' },
    { eventName: 'ReceiveMessage', errorCode: 'AccessDenied' },
  ]);
});
