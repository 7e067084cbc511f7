/** What the counting proxy sees in a call. */
import { expect, test } from 'vitest';
import { counted, NOTHING, operationOf } from '../../bench/traffic.ts';

const call = (operation: string, sent: object, received: object) =>
  counted(NOTHING, operation, Buffer.from(JSON.stringify(sent)), Buffer.from(JSON.stringify(received)));

test.each<readonly [operation: string, sent: object, received: object, counts: readonly number[]]>([
  ['GetItem', { Key: {} }, { Item: {} }, [1, 0, 1]],
  ['GetItem', { Key: {} }, {}, [1, 0, 0]],
  ['Query', { KeyConditionExpression: 'pk = :pk' }, { Items: [{}, {}] }, [0, 0, 2]],
  [
    'BatchGetItem',
    { RequestItems: { a: { Keys: [{}, {}] }, b: { Keys: [{}] } } },
    { Responses: { a: [{}] } },
    [3, 0, 1],
  ],
  ['PutItem', { Item: {} }, {}, [0, 1, 0]],
  ['UpdateItem', { Key: {} }, { Attributes: {} }, [0, 1, 0]],
  ['DeleteItem', { Key: {} }, {}, [0, 1, 0]],
  ['TransactWriteItems', { TransactItems: [{ Put: {} }, { Update: {} }] }, {}, [0, 2, 0]],
  ['BatchWriteItem', { RequestItems: { a: [{ DeleteRequest: {} }, { DeleteRequest: {} }] } }, {}, [0, 2, 0]],
])('%s: keys read, keys written, items read', (operation, sent, received, counts) => {
  const { calls, keysRead, keysWritten, itemsRead, bytesSent } = call(operation, sent, received);
  expect([keysRead, keysWritten, itemsRead]).toEqual(counts);
  expect(calls).toEqual({ [operation]: 1 });
  expect(bytesSent).toBe(JSON.stringify(sent).length);
});

test('calls add up', () => {
  const once = call('GetItem', { Key: {} }, { Item: {} });
  const twice = counted(once, 'GetItem', Buffer.from('{"Key":{}}'), Buffer.from('{}'));
  expect(twice).toMatchObject({ calls: { GetItem: 2 }, keysRead: 2, itemsRead: 1 });
  expect(twice.bytesReceived).toBe(once.bytesReceived + 2);
});

test('a call of IAM is known by its form, and has no keys', () => {
  const body = 'Action=GetPolicy&Version=2010-05-08';
  expect(operationOf(undefined, body)).toBe('GetPolicy');
  expect(operationOf('DynamoDB_20120810.Query', '{}')).toBe('Query');
  expect(counted(NOTHING, 'GetPolicy', Buffer.from(body), Buffer.from('<a/>'))).toEqual({
    ...NOTHING,
    calls: { GetPolicy: 1 },
    bytesSent: body.length,
    bytesReceived: 4,
  });
});
