import { expect, test } from 'vitest';
import { leadingKeys, touched } from '../../../local/aws/dynamodb-items.ts';

test.each([
  { name: 'no table', operation: 'GetItem', body: { Key: { pk: { S: 'a' } } } },
  {
    name: 'a table that is a path',
    operation: 'GetItem',
    body: { TableName: '../x', Key: { pk: { S: 'a' } } },
  },
  { name: 'no key', operation: 'GetItem', body: { TableName: 'orders' } },
  { name: 'an unknown write', operation: 'TransactWriteItems', body: { TransactItems: [{ Drop: {} }] } },
  {
    name: 'two writes in one',
    operation: 'TransactWriteItems',
    body: {
      TransactItems: [{ Put: { TableName: 'orders', Item: {} }, Delete: { TableName: 'orders', Key: {} } }],
    },
  },
  { name: 'a batch that is no list', operation: 'BatchWriteItem', body: { RequestItems: { orders: {} } } },
] as const)('$name is refused', ({ operation, body }) => {
  expect(() => touched(operation, body)).toThrow(expect.objectContaining({ status: 400 }));
});

test.each([
  { expression: 'pk = :v', keys: ['a'] },
  { expression: '(#p=:v) AND sk BETWEEN :x AND :y', keys: ['a'] },
  { expression: 'sk = :x AND pk = :v', keys: ['a'] },
])('$expression names the partition', ({ expression, keys }) => {
  expect(leadingKeys(query(expression), 'pk')).toEqual(keys);
});

test.each(['', 'sk = :v', 'pk = :v AND pk = :x', 'x.pk = :v', 'pk >= :v', ':v = pk'])(
  '%j does not, and is refused',
  (expression) => {
    expect(() => leadingKeys(query(expression), 'pk')).toThrow(
      expect.objectContaining({ code: 'NotImplemented' }),
    );
  },
);

const query = (KeyConditionExpression: string) => ({
  action: 'dynamodb:Query',
  table: 'orders',
  items: null,
  condition: {
    KeyConditionExpression,
    ExpressionAttributeNames: { '#p': 'pk' },
    ExpressionAttributeValues: { ':v': { S: 'a' }, ':x': { S: 'b' }, ':y': { S: 'c' } },
  },
});
