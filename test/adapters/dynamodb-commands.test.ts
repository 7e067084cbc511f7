/** Each command whole: a condition, a consistent read or a key that went missing would pass every other test. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT } from '../support/dynamodb.ts';
import { intentOf, OPENINGS_TEXT, openingsOf, outcomeOf, pointerOf, spendOf } from './ledger-items.ts';

const TABLES = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };

/** A client that reaches nobody, and what it was asked. */
function asked() {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  const mock = mockClient(client);
  return {
    client,
    mock,
    ledger: dynamodbLedger(client, TABLES),
    commands: () =>
      mock.calls().map(({ args: [command] }) => ({ name: command.constructor, input: command.input })),
  };
}

const INTENT_PUT = {
  Put: {
    TableName: 'writ-ledger',
    Item: {
      pk: { S: 'WRIT#w1' },
      sk: { S: '00#intent' },
      body: { S: '{"type":"intent","writ":"w1"}' },
      due: { S: '2025-06-15T15' },
      dueAt: { S: '2025-06-15T15:06:50Z#w1' },
    },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
};
const OPENINGS_PUT = {
  Put: {
    TableName: 'writ-people',
    Item: { pk: { S: 'corp:alice' }, sk: { S: 'WRIT#w1#00#intent' }, body: { S: OPENINGS_TEXT } },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
};
const PROOF_PUT = {
  Put: {
    TableName: 'writ-control',
    Item: {
      pk: { S: 'PROOF#jkt-w1' },
      sk: { S: sha256Base64url('proof-w1') },
      by: { S: 'w1' },
      expires: { N: String(NOW + 125 + 300) },
    },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
};
const ACTOR_PUT = {
  Put: {
    TableName: 'writ-control',
    Item: {
      pk: { S: `ACTOR#${sha256Base64url('https://agents.example')}` },
      sk: { S: sha256Base64url('actor-w1') },
      jkt: { S: 'jkt-w1' },
      expires: { N: String(NOW + 300 + 300) },
    },
    ConditionExpression: 'attribute_not_exists(pk) OR jkt = :jkt',
    ExpressionAttributeValues: { ':jkt': { S: 'jkt-w1' } },
  },
};

test.each([
  {
    name: 'all that it spends',
    spend: spendOf('w1'),
    puts: [INTENT_PUT, OPENINGS_PUT, PROOF_PUT, ACTOR_PUT],
  },
  {
    name: 'a proof, and an actor token without jti',
    spend: { by: 'w1', proof: spendOf('w1').proof },
    puts: [INTENT_PUT, OPENINGS_PUT, PROOF_PUT],
  },
  { name: 'nothing to spend', spend: null, puts: [INTENT_PUT, OPENINGS_PUT] },
])('record, with $name: one transaction', async ({ spend, puts }) => {
  const { ledger, mock, commands } = asked();
  mock.on(TransactWriteItemsCommand).resolves({});
  expect(await ledger.record(intentOf('w1'), openingsOf(), spend)).toBe('written');
  expect(commands()).toEqual([{ name: TransactWriteItemsCommand, input: { TransactItems: puts } }]);
});

const OUTCOME_PUT = {
  TableName: 'writ-ledger',
  Item: { pk: { S: 'WRIT#w1' }, sk: { S: '10#outcome' }, body: { S: '{"outcome":"issued"}' } },
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
};

test('settle with a key: slot and pointer in one transaction', async () => {
  const { ledger, mock, commands } = asked();
  mock.on(TransactWriteItemsCommand).resolves({});
  expect(await ledger.settle(outcomeOf('w1', '{"outcome":"issued"}'), pointerOf('ASIA1', 'w1'))).toBe(
    'written',
  );
  const pointer = {
    ...OUTCOME_PUT,
    Item: { pk: { S: 'KEY#ASIA1' }, sk: { S: '00#key' }, body: { S: '{"type":"key","writ":"w1"}' } },
  };
  expect(commands()).toEqual([
    { name: TransactWriteItemsCommand, input: { TransactItems: [{ Put: OUTCOME_PUT }, { Put: pointer }] } },
  ]);
});

test.each(['settle', 'append'] as const)('%s of one item: one put', async (way) => {
  const { ledger, mock, commands } = asked();
  mock.on(PutItemCommand).resolves({});
  const item = outcomeOf('w1', '{"outcome":"issued"}');
  expect(await (way === 'settle' ? ledger.settle(item, null) : ledger.append(item))).toBe('written');
  expect(commands()).toEqual([{ name: PutItemCommand, input: OUTCOME_PUT }]);
});

test('read is strongly consistent', async () => {
  const { ledger, mock, commands } = asked();
  mock.on(GetItemCommand).resolves({});
  expect(await ledger.read('WRIT#w1', '10#outcome')).toBeNull();
  expect(commands()).toEqual([
    {
      name: GetItemCommand,
      input: {
        TableName: 'writ-ledger',
        Key: { pk: { S: 'WRIT#w1' }, sk: { S: '10#outcome' } },
        ConsistentRead: true,
      },
    },
  ]);
});

test('due asks the index for one hour, within a span, from where a page ended', async () => {
  const { ledger, mock, commands } = asked();
  mock.on(QueryCommand).resolves({ Items: [] });
  const page = { pk: 'WRIT#w0', sk: '00#intent', due: '2025-06-15T15', dueAt: '2025-06-15T15:00:00Z#w0' };
  expect(await ledger.due('2025-06-15T15', { from: NOW - 400, to: NOW }, page)).toEqual({
    keys: [],
    next: null,
  });
  expect(commands()).toEqual([
    {
      name: QueryCommand,
      input: {
        TableName: 'writ-ledger',
        IndexName: 'due',
        KeyConditionExpression: 'due = :hour AND dueAt BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':hour': { S: '2025-06-15T15' },
          ':from': { S: '2025-06-15T15:00:00Z' },
          ':to': { S: '2025-06-15T15:06:40Z' },
        },
        ExclusiveStartKey: {
          pk: { S: 'WRIT#w0' },
          sk: { S: '00#intent' },
          due: { S: '2025-06-15T15' },
          dueAt: { S: '2025-06-15T15:00:00Z#w0' },
        },
      },
    },
  ]);
});

const HEADS = [
  { kind: 'user', value: 'corp:alice' },
  { kind: 'all', value: '*' },
] as const;
const HEAD_KEYS = {
  Keys: [
    { pk: { S: 'REVOKED#user#corp:alice' }, sk: { S: 'head' } },
    { pk: { S: 'REVOKED#all#*' }, sk: { S: 'head' } },
  ],
  ConsistentRead: true,
};

test.each([
  {
    name: 'heads, health and intent',
    writ: 'w1',
    account: '444455556666',
    RequestItems: {
      'writ-control': {
        ...HEAD_KEYS,
        Keys: [
          ...HEAD_KEYS.Keys,
          { pk: { S: 'HEALTH#444455556666' }, sk: { S: 'health' } },
          { pk: { S: 'ARCHIVE#mark' }, sk: { S: 'mark' } },
        ],
      },
      'writ-ledger': { Keys: [{ pk: { S: 'WRIT#w1' }, sk: { S: '00#intent' } }], ConsistentRead: true },
    },
  },
  { name: 'heads alone', writ: null, account: null, RequestItems: { 'writ-control': HEAD_KEYS } },
])('$name are one consistent read', async ({ writ, account, RequestItems }) => {
  const { client, mock, commands } = asked();
  mock.on(BatchGetItemCommand).resolves({ Responses: { 'writ-control': [] } });
  await dynamodbReadHeads(client, TABLES)(HEADS, writ, account);
  expect(commands()).toEqual([{ name: BatchGetItemCommand, input: { RequestItems } }]);
});

const COUNTER = {
  TableName: 'writ-control',
  Key: { pk: { S: 'REFUSED#corp:alice' }, sk: { S: 'policy_denied#29166666' } },
  ReturnValues: 'ALL_NEW',
};

test.each<{ name: string; Attributes: Record<string, AttributeValue>; first: string | null }>([
  { name: 'a first', Attributes: { count: { N: '2' }, first: { S: 'w0' } }, first: 'w0' },
  { name: 'none yet', Attributes: { count: { N: '2' } }, first: null },
])('to count a refusal is one update that names nothing: $name', async ({ Attributes, first }) => {
  const { client, mock, commands } = asked();
  mock.on(UpdateItemCommand).resolves({ Attributes });
  const counter = dynamodbRefusalCounter(client, 'writ-control');
  expect(await counter.count('corp:alice', 'policy_denied', 29_166_666)).toEqual({ count: 2, first });
  expect(commands()).toEqual([
    {
      name: UpdateItemCommand,
      input: {
        ...COUNTER,
        UpdateExpression: 'ADD #count :one SET #expires = :expires',
        ExpressionAttributeNames: { '#count': 'count', '#expires': 'expires' },
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':expires': { N: String(29_166_666 * 60 + 3600) },
        },
      },
    },
  ]);
});

test('to name the first is one update that keeps the name it finds, and counts nothing', async () => {
  const { client, mock, commands } = asked();
  mock.on(UpdateItemCommand).resolves({ Attributes: { count: { N: '2' }, first: { S: 'w0' } } });
  const counter = dynamodbRefusalCounter(client, 'writ-control');
  expect(await counter.name('corp:alice', 'policy_denied', 29_166_666, 'w1')).toBe('w0');
  expect(commands()).toEqual([
    {
      name: UpdateItemCommand,
      input: {
        ...COUNTER,
        UpdateExpression: 'SET #first = if_not_exists(#first, :writ)',
        ExpressionAttributeNames: { '#first': 'first' },
        ExpressionAttributeValues: { ':writ': { S: 'w1' } },
      },
    },
  ]);
});

test.each([
  { name: 'a proof and an actor token', spend: spendOf('w1'), puts: [PROOF_PUT, ACTOR_PUT] },
  {
    name: 'a proof alone',
    spend: { by: 'w1', proof: spendOf('w1').proof },
    puts: [PROOF_PUT],
  },
])('$name, spent without a record, are one transaction', async ({ spend, puts }) => {
  const { ledger, mock, commands } = asked();
  mock.on(TransactWriteItemsCommand).resolves({});
  expect(await ledger.spend(spend)).toBe('spent');
  expect(commands()).toEqual([{ name: TransactWriteItemsCommand, input: { TransactItems: puts } }]);
});
