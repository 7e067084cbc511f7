/** What a schedule calls. */
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '../../core/fault.ts';
import { WRIT } from '../core/ledger/fixture.ts';
import { CONTEXT } from './edge/events.ts';
import { catchOutput, linesOf } from './edge/output.ts';

const dynamodb = mockClient(DynamoDBClient);
let output: () => string;
beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  output = catchOutput();
  const environment = {
    AWS_REGION: 'eu-central-1',
    WRIT_LEDGER_TABLE: 'ledger',
    WRIT_PEOPLE_TABLE: 'people',
    WRIT_CONTROL_TABLE: 'control',
  };
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
});
afterEach(() => vi.unstubAllEnvs());

test('reads the writ’s story, strongly consistent, and says what came of it', async () => {
  const { handler } = await import('../../lambda/close.ts');
  expect(await handler({ writ: WRIT }, CONTEXT)).toEqual({ state: 'nothing' });
  expect(dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input)).toMatchObject([
    {
      TableName: 'ledger',
      ConsistentRead: true,
      ExpressionAttributeValues: { ':pk': { S: `WRIT#${WRIT}` } },
    },
  ]);
  expect(linesOf(output())).toMatchObject([{ message: 'closed', writ: WRIT, state: 'nothing' }]);
});

test.each([undefined, 7, '', 'WRIT#x', `${WRIT} `])(
  'an event that names no writ (%s) closes nothing',
  async (writ) => {
    const { handler } = await import('../../lambda/close.ts');
    await expect(handler({ writ }, CONTEXT)).rejects.toEqual(new Fault('misconfigured'));
    expect(dynamodb.commandCalls(QueryCommand)).toEqual([]);
    expect(dynamodb.commandCalls(PutItemCommand)).toEqual([]);
  },
);
