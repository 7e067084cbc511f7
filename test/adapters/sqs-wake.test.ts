import { SendMessageBatchCommand, type SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqsWake, wokenAccount } from '../../adapters/sqs-wake.ts';
import { CANARY, expectFault } from './fault.ts';

const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/444455556666/reconcile.fifo';
const REVOCATION = '01jd3v9q2m8x7c4b';
const client = new SQSClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const wake = sqsWake(client, QueueUrl);
let sqs = mockClient(client);
beforeEach(() => {
  sqs = mockClient(client);
  takes(() => true);
});
afterEach(() => sqs.restore());

/** A queue that takes of each call what it is told to. */
function takes(taken: (account: string, call: number) => boolean): void {
  let call = 0;
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => {
    call += 1;
    const good = Entries.filter(({ MessageGroupId = '' }) => taken(MessageGroupId, call));
    return {
      Successful: good.map(({ Id }) => ({ Id })),
      Failed: Entries.filter((entry) => !good.includes(entry)).map(({ Id }) => ({
        Id,
        Code: 'InternalError',
      })),
    };
  });
}

const inputs = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input);
const accounts = (count: number) => Array.from({ length: count }, (_, at) => String(100_000_000_000 + at));

test('one message for each account: its group, and deduplicated by revocation and account', async () => {
  await wake(['444455556666'], REVOCATION);
  expect(inputs()).toEqual([
    {
      QueueUrl,
      Entries: [
        {
          Id: '0',
          MessageBody: `{"account":"444455556666","revocation":"${REVOCATION}"}`,
          MessageGroupId: '444455556666',
          MessageDeduplicationId: `${REVOCATION}-444455556666`,
        },
      ],
    },
  ]);
  expect(wokenAccount(inputs()[0]?.Entries?.[0]?.MessageBody ?? '')).toBe('444455556666');
});

test('a hundred accounts go in ten calls', async () => {
  await wake(accounts(100), REVOCATION);
  expect(inputs().map(({ Entries }) => Entries?.length)).toEqual(Array(10).fill(10));
  expect(
    new Set(inputs().flatMap(({ Entries = [] }) => Entries.map(({ MessageGroupId }) => MessageGroupId))),
  ).toEqual(new Set(accounts(100)));
});

test('what was not taken is tried once more, and nothing else', async () => {
  takes((account, call) => account !== '100000000003' || call > 2);
  await wake(accounts(12), REVOCATION);
  expect(
    inputs()
      .map(({ Entries }) => Entries?.map(({ MessageGroupId }) => MessageGroupId))
      .at(-1),
  ).toEqual(['100000000003']);
  expect(inputs()).toHaveLength(3);
});

test('one account that is never taken is a fault, and the others are woken', async () => {
  takes((account) => account !== '100000000003');
  await expectFault(wake(accounts(12), REVOCATION), 'queue_unavailable');
  expect(inputs().flatMap(({ Entries = [] }) => Entries)).toHaveLength(13);
});

test('a call without an answer is a fault when it stays without one', async () => {
  sqs
    .on(SendMessageBatchCommand)
    .rejectsOnce(new Error(CANARY))
    .resolves({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: 'x' }], Failed: [] });
  await wake(['444455556666'], REVOCATION);
  sqs.on(SendMessageBatchCommand).rejects(new Error(CANARY));
  await expectFault(wake(['444455556666'], REVOCATION), 'queue_unavailable');
});

test('no account, no call', async () => {
  await wake([], REVOCATION);
  expect(inputs()).toEqual([]);
});

test.each([
  '',
  '[]',
  'null',
  '{"account":"prod","revocation":"r"}',
  '{"account":444455556666,"revocation":"r"}',
  '{"account":"444455556666"}',
])('a message that is none of ours names no account: %s', (body) => {
  expect(wokenAccount(body)).toBeNull();
});
