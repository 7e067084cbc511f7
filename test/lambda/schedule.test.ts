/** The stream's function as Lambda calls it: what failed is reported one by one, and each change is told. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { DynamoDBRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { issuedItem } from '../../core/ledger/keys.ts';
import { DEADLINE, ISSUED, OPENED, WRIT } from '../core/ledger/fixture.ts';
import { CONTEXT } from './edge/events.ts';
import { catchOutput, linesOf } from './edge/output.ts';

const scheduler = mockClient(SchedulerClient);
mockClient(DynamoDBClient).rejects(new Error('no table is asked'));

let output: () => string;
beforeEach(() => {
  scheduler.reset();
  scheduler.on(CreateScheduleCommand).resolves({});
  output = catchOutput();
  vi.useFakeTimers({ now: (OPENED + 2) * 1000, toFake: ['Date'] });
  const environment = {
    AWS_REGION: 'eu-central-1',
    WRIT_LEDGER_TABLE: 'ledger',
    WRIT_PEOPLE_TABLE: 'people',
    WRIT_CONTROL_TABLE: 'control',
    WRIT_SCHEDULE_GROUP: 'writ',
    WRIT_CLOSE_FUNCTION: 'arn:aws:lambda:eu-central-1:111122223333:function:close',
    WRIT_SCHEDULE_ROLE: 'arn:aws:iam::111122223333:role/scheduler',
    WRIT_CLOSE_DEAD_LETTERS: 'arn:aws:sqs:eu-central-1:111122223333:close',
  };
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function record(
  sequence: string,
  change: { readonly body?: string; readonly name?: 'INSERT' | 'MODIFY' | 'REMOVE' } = {},
): DynamoDBRecord {
  const item = issuedItem(ISSUED, DEADLINE);
  const image = { ...item, body: change.body ?? item.body };
  return {
    eventName: change.name ?? 'INSERT',
    dynamodb: {
      Keys: { pk: { S: item.pk }, sk: { S: item.sk } },
      ...(change.name === 'REMOVE'
        ? {}
        : {
            NewImage: Object.fromEntries(Object.entries(image).map(([name, value]) => [name, { S: value }])),
          }),
      SequenceNumber: sequence,
    },
  };
}

test('a poison record is reported by its sequence number, and the rest is scheduled', async () => {
  const { handler } = await import('../../lambda/schedule.ts');
  const Records = [record('100'), record('101', { body: 'not JSON' }), record('102')];
  expect(await handler({ Records }, CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
  const made = scheduler.commandCalls(CreateScheduleCommand).map(({ args }) => args[0].input);
  expect(made).toMatchObject([{ Name: WRIT, ScheduleExpression: 'at(2026-11-24T11:00:00)' }, { Name: WRIT }]);
});

test('a change that nobody may make is a line, and no schedule', async () => {
  const { handler } = await import('../../lambda/schedule.ts');
  const Records = [record('100', { name: 'MODIFY' }), record('101', { name: 'REMOVE' })];
  expect(await handler({ Records }, CONTEXT)).toEqual({ batchItemFailures: [] });
  expect(linesOf(output()).filter(({ message }) => message === 'record')).toMatchObject([
    { change: 'MODIFY', pk: `WRIT#${WRIT}`, sk: '10#outcome' },
    { change: 'REMOVE', pk: `WRIT#${WRIT}`, sk: '10#outcome' },
  ]);
  expect(scheduler.commandCalls(CreateScheduleCommand)).toEqual([]);
});
