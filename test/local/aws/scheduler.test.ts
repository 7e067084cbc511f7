import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  type ListSchedulesCommandInput,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest';
import type { Functions } from '../../../local/aws/lambda.ts';
import { queueArn, queueUrl } from '../../../local/aws/sqs-queues.ts';
import { caller } from './caller.ts';
import { allow, NOW, policy, REGION, startWorld, type World } from './world.ts';

const ACCOUNT = '000000000000';
const CLOSE = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:close`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/schedule-target`;
const GROUP_ARN = `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/writs`;
const arnOf = (name: string) => `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/writs/${name}`;

const none = () => {
  throw new TypeError('no such function');
};

let world: World;
let scheduler: SchedulerClient;
let invoke: Mock<Functions['invoke']>;
let onFault: Mock<(error: unknown) => void>;
beforeEach(async () => {
  invoke = vi.fn<Functions['invoke']>(async () => ({ payload: 'null' }));
  onFault = vi.fn<(error: unknown) => void>();
  world = await startWorld({
    functions: { has: (name) => name === 'close', names: () => ['close'], configuration: none, invoke },
    queues: [{ name: 'dead' }],
    scheduleGroups: ['writs'],
    onFault,
  });
  putTargetRole();
  scheduler = new SchedulerClient(
    world.client(caller(world, 'stream', allow('scheduler:*'), allow('iam:PassRole', ROLE))),
  );
});
afterEach(() => world.close());

function putTargetRole(may: string[] = ['lambda:InvokeFunction', 'sqs:SendMessage'], sourceArn = GROUP_ARN) {
  world.aws.registry.putRole({
    name: 'schedule-target',
    trust: policy({
      Effect: 'Allow',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringLike: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': sourceArn } },
    }),
    inline: { may: policy(allow(may)) },
  });
}

type Change = Partial<CreateScheduleCommandInput>;

/** The one valid schedule, for the second after NOW, which each test changes in one place. */
const valid = (change: Change = {}): CreateScheduleCommandInput => ({
  Name: '01jd3v9q2m8x7c4b',
  GroupName: 'writs',
  ScheduleExpression: 'at(2026-11-24T11:00:01)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ActionAfterCompletion: 'DELETE',
  Target: target(),
  ...change,
});
const target = (change: Partial<CreateScheduleCommandInput['Target']> = {}) => ({
  Arn: CLOSE,
  RoleArn: ROLE,
  Input: '{"id":"01jd3v9q2m8x7c4b"}',
  RetryPolicy: { MaximumRetryAttempts: 0 },
  DeadLetterConfig: { Arn: queueArn(REGION, 'dead') },
  ...change,
});
const create = (change: Change = {}, client = scheduler) =>
  client.send(new CreateScheduleCommand(valid(change)));
const names = async (change: Partial<ListSchedulesCommandInput> = {}) =>
  (await scheduler.send(new ListSchedulesCommand({ GroupName: 'writs', ...change }))).Schedules?.map(
    ({ Name }) => Name,
  );

/** Lets the clock come to the schedule's second: five milliseconds before, a timer runs. */
async function createdJustBefore(change: Change = {}) {
  world.clock.at = NOW + 995;
  await create(change);
  world.clock.at = NOW + 1000;
}

async function deadLetters(): Promise<readonly (string | undefined)[]> {
  const sqs = new SQSClient(world.client(caller(world, 'reader', allow('sqs:ReceiveMessage'))));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl(world.aws.endpoint, 'dead') }),
  );
  return Messages.map(({ Body }) => Body);
}

test('it invokes the function with its input as the target role, and is gone', async () => {
  await createdJustBefore();
  await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(1));
  expect(invoke.mock.calls[0]?.slice(0, 2)).toEqual(['close', '{"id":"01jd3v9q2m8x7c4b"}']);
  await vi.waitFor(async () => expect(await names()).toEqual([]));
  const events = await world.events();
  expect(events.filter(({ userAgent }) => userAgent === 'scheduler.amazonaws.com')).toMatchObject([
    {
      eventName: 'AssumeRole',
      userIdentity: { type: 'AWSService', invokedBy: 'scheduler.amazonaws.com' },
      requestParameters: { roleArn: ROLE, roleSessionName: '01jd3v9q2m8x7c4b' },
    },
    {
      eventName: 'Invoke',
      sourceIPAddress: 'scheduler.amazonaws.com',
      userIdentity: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/schedule-target/01jd3v9q2m8x7c4b` },
      requestParameters: { functionName: CLOSE },
    },
  ]);
  expect(onFault).not.toHaveBeenCalled();
});

test('what the function fails at ends in the dead letter queue', async () => {
  invoke.mockResolvedValue({ payload: '{}', functionError: 'Unhandled' });
  await createdJustBefore();
  await vi.waitFor(async () => expect(await deadLetters()).toEqual(['{"id":"01jd3v9q2m8x7c4b"}']));
  expect(await names()).toEqual([]);
  expect(onFault).toHaveBeenCalledTimes(1);
});

test('so does what the role may not invoke', async () => {
  putTargetRole(['sqs:SendMessage']);
  await createdJustBefore();
  await vi.waitFor(async () => expect(await deadLetters()).toHaveLength(1));
  expect(invoke).not.toHaveBeenCalled();
  expect(await world.events()).toContainEqual(
    expect.objectContaining({ eventName: 'Invoke', errorCode: 'AccessDenied' }),
  );
});

test('a role that may not send it there loses it, and the fault is told', async () => {
  putTargetRole([]);
  await createdJustBefore();
  await vi.waitFor(() => expect(onFault).toHaveBeenCalledTimes(2));
  expect(await deadLetters()).toEqual([]);
});

test('a schedule is shown, listed page by page, and deleted', async () => {
  const later = 'at(2027-01-01T00:00:00)';
  for (const Name of ['b', 'a', 'c']) await create({ Name, ScheduleExpression: later, Description: 'why' });
  putTargetRole([], '*');
  await create({ GroupName: undefined, ScheduleExpression: later });
  const { $metadata, ...shown } = await scheduler.send(
    new GetScheduleCommand({ Name: 'a', GroupName: 'writs' }),
  );
  expect(shown).toEqual({
    ...{ Arn: arnOf('a'), Name: 'a', GroupName: 'writs', State: 'ENABLED', Description: 'why' },
    ...{ ScheduleExpression: later, ScheduleExpressionTimezone: 'UTC', FlexibleTimeWindow: { Mode: 'OFF' } },
    ...{ ActionAfterCompletion: 'DELETE', Target: target() },
    ...{ CreationDate: new Date(NOW), LastModificationDate: new Date(NOW) },
  });
  const page = await scheduler.send(new ListSchedulesCommand({ GroupName: 'writs', MaxResults: 2 }));
  expect(page.Schedules).toMatchObject([{ Name: 'a', Target: { Arn: CLOSE } }, { Name: 'b' }]);
  expect(await names({ NextToken: page.NextToken })).toEqual(['c']);
  expect(await names({ GroupName: undefined })).toEqual(['01jd3v9q2m8x7c4b', 'a', 'b', 'c']);

  const gone = { Name: 'b', GroupName: 'writs' };
  await scheduler.send(new DeleteScheduleCommand(gone));
  expect(await names()).toEqual(['a', 'c']);
  const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
  await expect(scheduler.send(new DeleteScheduleCommand(gone))).rejects.toMatchObject(missing);
  await expect(scheduler.send(new GetScheduleCommand(gone))).rejects.toMatchObject(missing);
});

test('a second of the same name is a conflict, but for the same request once more', async () => {
  const ClientToken = 'once';
  const { ScheduleArn } = await create({ ClientToken });
  expect(ScheduleArn).toBe(arnOf('01jd3v9q2m8x7c4b'));
  // Also when its time has come.
  world.clock.at = NOW + 1000;
  expect((await create({ ClientToken })).ScheduleArn).toBe(ScheduleArn);
  const conflict = { name: 'ConflictException', $metadata: { httpStatusCode: 409 } };
  await expect(create()).rejects.toMatchObject(conflict);
  await expect(create({ ClientToken, Description: 'another' })).rejects.toMatchObject(conflict);
});

test.each<{ name: string; change: Change; error: string }>([
  {
    name: 'a time that is past',
    change: { ScheduleExpression: 'at(2026-11-24T10:59:59)' },
    error: 'ValidationException',
  },
  {
    name: 'no such day',
    change: { ScheduleExpression: 'at(2027-02-31T00:00:00)' },
    error: 'ValidationException',
  },
  {
    name: 'a time with a zone',
    change: { ScheduleExpression: 'at(2027-01-01T00:00:00Z)' },
    error: 'ValidationException',
  },
  { name: 'rate', change: { ScheduleExpression: 'rate(1 minute)' }, error: 'NotImplemented' },
  { name: 'another zone', change: { ScheduleExpressionTimezone: 'Europe/Berlin' }, error: 'NotImplemented' },
  { name: 'a name with a colon', change: { Name: 'a:b' }, error: 'ValidationException' },
  { name: 'a name of 65 characters', change: { Name: 'a'.repeat(65) }, error: 'ValidationException' },
  { name: 'no such group', change: { GroupName: 'none' }, error: 'ResourceNotFoundException' },
  {
    name: 'a flexible window',
    change: { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1 } },
    error: 'NotImplemented',
  },
  { name: 'disabled', change: { State: 'DISABLED' }, error: 'NotImplemented' },
  { name: 'an end date', change: { EndDate: new Date(NOW) }, error: 'NotImplemented' },
  {
    name: 'a queue as target',
    change: { Target: target({ Arn: queueArn(REGION, 'dead') }) },
    error: 'NotImplemented',
  },
  {
    name: 'an input that is no JSON',
    change: { Target: target({ Input: '{' }) },
    error: 'ValidationException',
  },
  { name: 'no input', change: { Target: target({ Input: undefined }) }, error: 'NotImplemented' },
  {
    name: 'dead letters in a FIFO queue',
    change: { Target: target({ DeadLetterConfig: { Arn: queueArn(REGION, 'dead.fifo') } }) },
    error: 'ValidationException',
  },
  {
    name: '186 retries',
    change: { Target: target({ RetryPolicy: { MaximumRetryAttempts: 186 } }) },
    error: 'ValidationException',
  },
])('$name: $error', async ({ change, error }) => {
  await expect(create(change)).rejects.toMatchObject({ name: error });
  expect(await names()).toEqual([]);
});

test('a role that does not trust the Scheduler, for this group, is refused when it is named', async () => {
  putTargetRole([], GROUP_ARN.replace('writs', 'others'));
  await expect(create()).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  });
});

test.each([
  { missing: 'scheduler:CreateSchedule', on: arnOf('01jd3v9q2m8x7c4b'), have: [allow('iam:PassRole', ROLE)] },
  { missing: 'iam:PassRole', on: ROLE, have: [allow('scheduler:CreateSchedule', arnOf('*'))] },
  {
    missing: 'iam:PassRole',
    on: ROLE,
    have: [
      allow('scheduler:CreateSchedule'),
      {
        ...allow('iam:PassRole'),
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
    ],
  },
])('creating needs $missing on $on', async ({ missing, on, have }) => {
  const client = new SchedulerClient(world.client(caller(world, 'narrow', ...have)));
  await expect(create({}, client)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`is not authorized to perform: ${missing} on resource: ${on}`),
  });
  expect((await world.events()).at(-1)).toMatchObject({
    eventName: 'CreateSchedule',
    eventSource: 'scheduler.amazonaws.com',
    eventCategory: 'Management',
    errorCode: 'AccessDenied',
    requestParameters: { name: '01jd3v9q2m8x7c4b' },
  });
});

test('listing is asked of all schedules, of all groups', async () => {
  const client = new SchedulerClient(
    world.client(caller(world, 'narrow', allow('scheduler:ListSchedules', arnOf('*')))),
  );
  await expect(client.send(new ListSchedulesCommand({ GroupName: 'writs' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`:schedule/*/*`),
  });
});
