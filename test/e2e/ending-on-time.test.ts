/**
 * Bad days of the road that ends sessions on time, on the running stack: the stream read twice, an item nobody can read,
 * a schedule lost, a deadline past before anybody heard of it, and each function of it down.
 */
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { dynamodbCursor, dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { intentItem, issuedItem } from '../../core/ledger/keys.ts';
import { Intent, Issued } from '../../core/ledger/records.ts';
import { SWEEP_CLOSES_AFTER_SECONDS } from '../../core/limits.ts';
import type { LedgerItem } from '../../core/ports.ts';
import { type Swept, sweep } from '../../core/sweep.ts';
import { writId } from '../../core/writ-id.ts';
import { queueUrl } from '../../local/aws/sqs-queues.ts';
import { connect, type Database } from '../../local/database.ts';
import { roleArn, SCHEDULE_GROUP, STREAM_FAILURES, TABLES } from '../../local/names.ts';
import { noParts } from '../../local/parts.ts';
import { startStreamFeed } from '../../local/stream-feed.ts';
import { type EndingStack, type Live, openEnding, PATIENCE, recordsOf } from '../support/ending.ts';

/** Seconds: long enough to take its schedule away before it fires. */
const SHORT = 8;
const ON_TIME = ['schedule', 'close', 'sweep'] as const;

// What is waited for takes some real seconds, and on a slow machine more.
vi.setConfig({ testTimeout: 60_000 });

let world: EndingStack;
let database: Database;
const parts = noParts();
beforeAll(async () => {
  world = await openEnding();
  database = connect(world.stack.local.dynamodb_endpoint, parts);
});
afterEach(() => {
  for (const duty of ON_TIME) world.stack.setDown(duty, false);
});
afterAll(async () => {
  await parts.close();
  await world.close();
});

/** A client of whoever may do everything with the laptop's AWS. */
function administrator() {
  const { registry, endpoint } = world.stack.aws;
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }] as const;
  const inline = { all: { Version: '2012-10-17', Statement } } as const;
  registry.putRole({ name: 'administrator', trust: { Version: '2012-10-17', Statement: [] }, inline });
  const asked = { roleName: 'administrator', roleSessionName: 'dave', durationSeconds: 3600 };
  const { accessKeyId, secretAccessKey, sessionToken } = registry.issue(asked);
  return { region: 'us-east-1', endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

const endsOf = async (writ: string) => recordsOf(await world.story(`WRIT#${writ}`), 'ended');

const untilEnded = (writ: string, how: string): Promise<void> =>
  vi.waitFor(async () => expect(await endsOf(writ)).toMatchObject([{ how }]), PATIENCE);

/** What the sweep does when it has become that late: the same code, with a clock that is ahead. */
function sweepLater(): Promise<Swept> {
  const { dynamodb } = world.stack;
  return sweep({
    clock: () => Date.now() + (SWEEP_CLOSES_AFTER_SECONDS + 10) * 1000,
    ledger: dynamodbLedger(dynamodb, TABLES),
    readHeads: dynamodbReadHeads(dynamodb, TABLES),
    revocations: dynamodbRevocations(dynamodb, TABLES),
    cursor: dynamodbCursor(dynamodb, TABLES.control),
  });
}

const put = ({ pk, sk, body, due, dueAt }: LedgerItem): Promise<unknown> =>
  world.stack.dynamodb.send(
    new PutItemCommand({
      TableName: TABLES.ledger,
      Item: {
        ...{ pk: { S: pk }, sk: { S: sk }, body: { S: body } },
        ...(due === undefined || dueAt === undefined ? {} : { due: { S: due }, dueAt: { S: dueAt } }),
      },
    }),
  );

let overdue = 0;
/** A writ like this one whose deadline passed that many seconds ago, of which the stream tells only now. */
async function putOverdue({ writ }: Live, secondsAgo: number): Promise<string> {
  const story = await world.story(`WRIT#${writ}`);
  const at = Math.floor(Date.now() / 1000) - secondsAgo - 60;
  overdue += 1;
  const id = writId(at * 1000, Uint8Array.of(0, 0, 0, overdue));
  const intent = Intent.parse({
    ...recordsOf(story, 'intent')[0],
    ...{ writ: id, at, deadline: at + 60, issueBefore: at + 10 },
  });
  const body = jcs(intent);
  const issued = Issued.parse({
    ...recordsOf(story, 'outcome')[0],
    ...{ writ: id, at, intent: sha256Hex(body), issuedAt: at, expiration: at + 900 },
    accessKeyId: `ASIALOCALOVERDUE${overdue}`,
  });
  await put(intentItem(intent, body));
  await put(issuedItem(issued, intent.deadline));
  return id;
}

describe('a function is down', () => {
  test('schedule and close: ends are written when they are back; a schedule that is lost is the sweep’s', async () => {
    const scheduler = new SchedulerClient(administrator());
    const lost = await world.issue(world.alice, { duration: SHORT });
    const named = { Name: lost.writ, GroupName: SCHEDULE_GROUP };
    await vi.waitFor(() => scheduler.send(new DeleteScheduleCommand(named)), { ...PATIENCE, interval: 50 });

    world.stack.setDown('close', true);
    const unclosed = await world.issue(world.alice, { duration: SHORT });
    const asked = { Name: unclosed.writ, GroupName: SCHEDULE_GROUP };
    await vi.waitFor(() => scheduler.send(new GetScheduleCommand(asked)), PATIENCE);
    world.stack.setDown('schedule', true);
    const unscheduled = await world.issue(world.alice, { duration: SHORT });

    const all = [lost, unclosed, unscheduled];
    for (const each of all)
      await vi.waitFor(
        async () => expect(await world.use(each)).toContain('explicit deny in a session policy'),
        PATIENCE,
      );
    for (const { writ } of all) expect(await endsOf(writ)).toEqual([]);
    world.stack.setDown('schedule', false);
    world.stack.setDown('close', false);
    await untilEnded(unscheduled.writ, 'deadline');
    expect(await endsOf(lost.writ)).toEqual([]);

    // By now the schedule has tried again, or given up: then this is the sweep's, too.
    expect(await sweepLater()).toMatchObject({ unreadable: 0 });
    expect(await sweepLater()).toMatchObject({ closed: 0, unreadable: 0 });
    for (const { writ } of all) expect(await endsOf(writ)).toMatchObject([{ how: 'deadline' }]);
    scheduler.destroy();
  });

  test('schedule and sweep: what is long overdue is closed by the first that is back, once', async () => {
    const live = await world.issue(world.alice);
    for (const duty of ON_TIME) world.stack.setDown(duty, true);
    const writ = await putOverdue(live, SWEEP_CLOSES_AFTER_SECONDS + 60);
    await expect(world.stack.invoke('sweep', {})).rejects.toThrow();
    expect(await endsOf(writ)).toEqual([]);
    world.stack.setDown('sweep', false);
    expect(await world.stack.invoke('sweep', {})).toMatchObject({ unreadable: 0 });
    expect(await endsOf(writ)).toMatchObject([{ how: 'deadline' }]);
    world.stack.setDown('schedule', false);
    await streamIsRead();
    expect(await endsOf(writ)).toMatchObject([{ how: 'deadline' }]);
  });
});

test('a deadline that is past when the stream tells of it: closed at once, without a schedule', async () => {
  const writ = await putOverdue(await world.issue(world.alice), 30);
  await untilEnded(writ, 'deadline');
  const scheduler = new SchedulerClient(administrator());
  const named = { Name: writ, GroupName: SCHEDULE_GROUP };
  await expect(scheduler.send(new GetScheduleCommand(named))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  scheduler.destroy();
});

test('close is called twice at once, and again: one end', async () => {
  for (const duty of ON_TIME) world.stack.setDown(duty, true);
  const writ = await putOverdue(await world.issue(world.alice), 30);
  world.stack.setDown('close', false);
  const scheduler = world.stack.aws.serviceSession({
    service: 'scheduler.amazonaws.com',
    roleArn: roleArn('scheduler'),
    roleSessionName: writ,
    durationSeconds: 900,
  });
  const { accessKeyId, secretAccessKey, sessionToken } = scheduler;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const lambda = new LambdaClient({ ...administrator(), credentials });
  const close = async () => {
    const Payload = Buffer.from(JSON.stringify({ writ }));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'writ-close', Payload }));
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString()).state;
  };
  expect((await Promise.all([close(), close()])).sort()).toEqual(['already', 'closed']);
  expect(await close()).toBe('already');
  expect(await endsOf(writ)).toMatchObject([{ how: 'deadline' }]);
  lambda.destroy();
});

describe('the stream', () => {
  test('is read from its start once more: nothing is written twice, and nothing is an error', async () => {
    const revoked = await world.issue(world.alice);
    await world.revoke(world.carol, revoked.writ);
    await untilEnded(revoked.writ, 'revoked');
    await streamIsRead();
    const before = await ledger();
    const troubles: unknown[] = [];
    expect(await streamIsRead((error) => troubles.push(error))).toBeGreaterThanOrEqual(before.length);
    expect(troubles).toEqual([]);
    expect(await ledger()).toEqual(before);
  });

  // The last one: the stack's own feed tries this item for the better part of a minute, which no test waits for.
  test('has an item that nobody can read: to the failure queue with it, and on', async () => {
    const poison = { pk: 'WRIT#0123456789abcdef', sk: '10#outcome', body: '{"v":1,"type":"outcome"}' };
    await put(poison);
    const sqs = new SQSClient(administrator());
    const QueueUrl = queueUrl(world.stack.aws.endpoint, STREAM_FAILURES);
    let given = 0;
    const feed = await startStreamFeed(database, TABLES.ledger, {
      deliver: (batch) => world.stack.invoke('schedule', batch),
      onTrouble: () => undefined,
      failures: {
        tries: 2,
        send: async (failed) => {
          given += 1;
          await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(failed) }));
        },
      },
    });
    await vi.waitFor(() => expect(given).toBe(1), PATIENCE);
    await untilEnded(await putOverdue(await world.issue(world.alice), 30), 'deadline');
    await feed.close();
    expect(given).toBe(1);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? ''))).toMatchObject([
      { requestContext: { condition: 'RetryAttemptsExhausted' } },
    ]);
    sqs.destroy();
  });
});

/** Every item, body and all. */
async function ledger(): Promise<readonly string[]> {
  const { Items = [], LastEvaluatedKey } = await world.stack.dynamodb.send(
    new ScanCommand({ TableName: TABLES.ledger, ConsistentRead: true }),
  );
  if (LastEvaluatedKey !== undefined) throw new Error('more than one page');
  return Items.map((item) => jcs(item as never)).sort();
}

/** A second reader, from the start to the end of what stands there now. @returns how many records it delivered. */
async function streamIsRead(onTrouble: (error: unknown) => void = () => undefined): Promise<number> {
  const keys = new Set<string>();
  let delivered = 0;
  const feed = await startStreamFeed(database, TABLES.ledger, {
    deliver: async (batch) => {
      const answer = await world.stack.invoke('schedule', batch);
      delivered += batch.Records.length;
      for (const record of batch.Records) keys.add(keyOf(record));
      return answer;
    },
    onTrouble,
  });
  await vi.waitFor(async () => expect(keys.size).toBe((await ledger()).length), PATIENCE);
  await feed.close();
  return delivered;
}

function keyOf(record: unknown): string {
  const { dynamodb } = record as {
    readonly dynamodb: { readonly Keys: { readonly [name: string]: { readonly S: string } } };
  };
  return `${dynamodb.Keys.pk?.S} ${dynamodb.Keys.sk?.S}`;
}
