import { createServer } from 'node:net';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import { ENGINE_CREDENTIALS } from '../../../local/aws/dynamodb-engine.ts';
import { type DynamoDb, startDynamoDb } from '../../../local/dynoxide.ts';
import { allow, policy, REGION, startWorld, type World } from './world.ts';

const TableName = 'orders';
const ARN = `arn:aws:dynamodb:${REGION}:000000000000:table/${TableName}`;

let engine: DynamoDb;
let world: World;
let all: DynamoDBClient;
let direct: DynamoDBClient;
beforeAll(async () => {
  engine = await startDynamoDb(await freePort(), {});
  world = await startWorld({ dynamodbEndpoint: engine.endpoint });
  direct = new DynamoDBClient({ endpoint: engine.endpoint, region: REGION, credentials: ENGINE_CREDENTIALS });
  for (const name of [TableName, 'others']) {
    await direct.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  }
  all = await clientWith(allow('dynamodb:*'));
  await all.send(new PutItemCommand({ TableName, Item: { ...key('alice'), total: { N: '7' } } }));
});
afterAll(async () => {
  await world.close();
  await engine.close();
});

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: '1' } });

async function clientWith(...statements: PolicyStatement[]): Promise<DynamoDBClient> {
  const session = await world.assume({ Policy: JSON.stringify(policy(...statements)) });
  return new DynamoDBClient(world.client(session));
}

test('every operation reaches the engine', async () => {
  const { Item } = await all.send(new GetItemCommand({ TableName, Key: key('alice') }));
  expect(Item).toEqual({ ...key('alice'), total: { N: '7' } });
  await all.send(
    new UpdateItemCommand({
      TableName,
      Key: key('bob'),
      UpdateExpression: 'SET amount = :t',
      ExpressionAttributeValues: { ':t': { N: '1' } },
    }),
  );
  const query = new QueryCommand({
    TableName,
    KeyConditionExpression: '#p = :p AND sk > :s',
    ExpressionAttributeNames: { '#p': 'pk' },
    ExpressionAttributeValues: { ':p': { S: 'bob' }, ':s': { S: '0' } },
  });
  expect((await all.send(query)).Count).toBe(1);
  expect((await all.send(new ScanCommand({ TableName }))).Count).toBe(2);
  await all.send(
    new BatchWriteItemCommand({ RequestItems: { others: [{ PutRequest: { Item: key('carol') } }] } }),
  );
  const batch = new BatchGetItemCommand({
    RequestItems: { [TableName]: { Keys: [key('bob')] }, others: { Keys: [key('carol')] } },
  });
  expect(Object.keys((await all.send(batch)).Responses ?? {}).sort()).toEqual(['orders', 'others']);
  await all.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Delete: { TableName, Key: key('bob') } },
        { ConditionCheck: { TableName, Key: key('alice'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    }),
  );
  const transaction = new TransactGetItemsCommand({
    TransactItems: [{ Get: { TableName, Key: key('bob') } }],
  });
  expect((await all.send(transaction)).Responses).toEqual([{}]);
  await all.send(new DeleteItemCommand({ TableName, Key: key('bob') }));
});

test("the engine's own refusal comes through, and is in the trail", async () => {
  const put = new PutItemCommand({
    TableName,
    Item: key('alice'),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await expect(all.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  expect((await world.events()).at(-1)).toMatchObject({
    eventName: 'PutItem',
    errorCode: 'ConditionalCheckFailedException',
    requestParameters: { tableName: TableName },
    resources: [{ type: 'AWS::DynamoDB::Table', ARN }],
    eventCategory: 'Data',
  });
});

test('a refusal, in the words of AWS', async () => {
  const narrow = await clientWith(allow('dynamodb:GetItem', ARN));
  await expect(narrow.send(new GetItemCommand({ TableName: 'others', Key: key('x') }))).rejects.toMatchObject(
    {
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
      message: expect.stringMatching(
        /on resource: arn:aws:\S+:table\/others because no session policy allows the dynamodb:GetItem action$/,
      ),
    },
  );
});

describe('each part of a request is judged by itself', () => {
  test('one foreign action in a transaction', async () => {
    const narrow = await clientWith(allow('dynamodb:PutItem', ARN));
    const write = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: key('dave') } },
        { Delete: { TableName, Key: key('alice') } },
      ],
    });
    await expect(narrow.send(write)).rejects.toMatchObject({
      message: expect.stringContaining('dynamodb:DeleteItem'),
    });
    expect((await all.send(new GetItemCommand({ TableName, Key: key('dave') }))).Item).toBeUndefined();
  });
  test('one foreign table in a batch', async () => {
    const narrow = await clientWith(allow('dynamodb:BatchGetItem', ARN));
    const RequestItems = { [TableName]: { Keys: [key('alice')] }, others: { Keys: [key('x')] } };
    await expect(narrow.send(new BatchGetItemCommand({ RequestItems }))).rejects.toMatchObject({
      message: expect.stringContaining('table/others'),
    });
  });
});

describe('dynamodb:LeadingKeys', () => {
  const own = async () =>
    clientWith({
      ...allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'], ARN),
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'alice' } },
    });
  const query = (p: string, expression = 'pk = :p') =>
    new QueryCommand({
      TableName,
      KeyConditionExpression: expression,
      ExpressionAttributeValues: { ':p': { S: p } },
    });

  test('the own partition', async () => {
    const client = await own();
    await client.send(new GetItemCommand({ TableName, Key: key('alice') }));
    expect((await client.send(query('alice'))).Count).toBe(1);
  });
  test.each([
    ['GetItem', new GetItemCommand({ TableName, Key: key('bob') })],
    ['PutItem', new PutItemCommand({ TableName, Item: key('bob') })],
    ['Query', query('bob')],
    [
      'BatchGetItem',
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('alice'), key('bob')] } } }),
    ],
  ])("another's by %s", async (_, command) => {
    const client = await own();
    await expect(
      (client.send as (command: unknown) => Promise<unknown>).call(client, command),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
  test('a key condition that we cannot read is refused, not let through', async () => {
    await expect((await own()).send(query('alice', 'begins_with(pk, :p)'))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});

test('a policy on dynamodb:Attributes is not judged at all', async () => {
  const client = await clientWith({
    ...allow('dynamodb:*'),
    Condition: { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': 'total' } },
  });
  await expect(client.send(new GetItemCommand({ TableName, Key: key('alice') }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});

describe('ListTables', () => {
  const list = new ListTablesCommand({ Limit: 1 });
  test('is a read of the control plane', async () => {
    expect(await all.send(list)).toMatchObject({ TableNames: ['orders'], LastEvaluatedTableName: 'orders' });
    expect((await world.events()).at(-1)).toMatchObject({
      eventSource: 'dynamodb.amazonaws.com',
      eventName: 'ListTables',
      requestParameters: { limit: 1 },
      readOnly: true,
      managementEvent: true,
      eventCategory: 'Management',
    });
  });
  test('is about no table, so leave to read one is none', async () => {
    const narrow = await clientWith(allow('dynamodb:*', `arn:aws:dynamodb:${REGION}:000000000000:table/*`));
    await expect(narrow.send(list)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /dynamodb:ListTables on resource: \* because no session policy allows the dynamodb:ListTables action$/,
      ),
    });
    expect((await world.events()).at(-1)).toMatchObject({
      eventName: 'ListTables',
      errorCode: 'AccessDenied',
    });
  });
});

test('a table that is not there', async () => {
  await expect(all.send(new GetItemCommand({ TableName: 'none', Key: key('x') }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('administration is not served', async () => {
  await expect(
    all.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })),
  ).rejects.toMatchObject({ name: 'NotImplemented' });
});

describe('what a table is like', () => {
  test('is told by the engine to whom IAM lets ask', async () => {
    const { Table } = await all.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableName).toBe(TableName);
    const { TimeToLiveDescription } = await all.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
  });

  test('is judged on the table', async () => {
    const narrow = await clientWith(allow('dynamodb:DescribeTable', ARN));
    await expect(narrow.send(new DescribeTableCommand({ TableName }))).resolves.toBeTruthy();
    await expect(narrow.send(new DescribeTableCommand({ TableName: 'others' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(narrow.send(new DescribeTimeToLiveCommand({ TableName }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('what the engine does not know is not guessed', async () => {
    await expect(all.send(new DescribeContinuousBackupsCommand({ TableName }))).rejects.toThrow();
  });
});

/** dynoxide says port 0 when it is asked for any. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
