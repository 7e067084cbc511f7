/** What the table's client can do to an adapter: each call, each way, is a fault that tells nothing. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test } from 'vitest';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT } from '../support/dynamodb.ts';
import { CANARY, expectFault } from './fault.ts';
import { intentOf, outcomeOf, pointerOf, spendOf } from './ledger-items.ts';
import { type Loopback, type Reply, startScripted } from './loopback.ts';

const TABLES = { ledger: 'ledger', people: 'people', control: 'control' };
const OPENINGS = { subject: `corp:${CANARY}`, values: { email: { salt: CANARY, value: CANARY } } };
const ITEM = intentOf('w1', `{"canary":"${CANARY}"}`);

/** Every call that an adapter makes, with the canary in what it sends. */
const CALLS: Record<string, (client: DynamoDBClient) => Promise<unknown>> = {
  record: (client) => dynamodbLedger(client, TABLES).record(ITEM, OPENINGS, spendOf(CANARY)),
  'settle with a key': (client) =>
    dynamodbLedger(client, TABLES).settle(outcomeOf('w1', CANARY), pointerOf(CANARY, 'w1')),
  settle: (client) => dynamodbLedger(client, TABLES).settle(outcomeOf('w1', CANARY), null),
  append: (client) => dynamodbLedger(client, TABLES).append(ITEM),
  read: (client) => dynamodbLedger(client, TABLES).read(`WRIT#${CANARY}`, '00#intent'),
  readMany: (client) => dynamodbLedger(client, TABLES).readMany([{ pk: `WRIT#${CANARY}`, sk: '00#intent' }]),
  due: (client) => dynamodbLedger(client, TABLES).due(CANARY, { from: NOW - 3600, to: NOW }, null),
  readHeads: (client) => dynamodbReadHeads(client, TABLES)([{ kind: 'user', value: CANARY }], CANARY, CANARY),
  count: (client) => dynamodbRefusalCounter(client, 'control').count(CANARY, CANARY, 1),
  name: (client) => dynamodbRefusalCounter(client, 'control').name(CANARY, CANARY, 1, CANARY),
  spend: (client) => dynamodbLedger(client, TABLES).spend(spendOf(CANARY)),
};

const $metadata = { httpStatusCode: 400, requestId: CANARY };
const message = `no ${CANARY}`;
const named = (name: string) => Object.assign(new Error(message), { name });
const ERRORS: readonly { readonly name: string; readonly error: Error; readonly causeName: string }[] = [
  {
    name: 'throttled',
    error: new ProvisionedThroughputExceededException({ message, $metadata }),
    causeName: 'ProvisionedThroughputExceededException',
  },
  {
    name: 'no such table',
    error: new ResourceNotFoundException({ message, $metadata }),
    causeName: 'ResourceNotFoundException',
  },
  {
    name: 'a failure of the service',
    error: new InternalServerError({ message, $metadata }),
    causeName: 'InternalServerError',
  },
  { name: 'a timeout', error: named('TimeoutError'), causeName: 'TimeoutError' },
  {
    name: 'an error that quotes its input',
    error: new SyntaxError(message, { cause: new Error(CANARY) }),
    causeName: 'SyntaxError',
  },
  { name: 'an error with a name like none', error: named(`x ${CANARY}`), causeName: 'Error' },
];

test.each(Object.entries(CALLS).flatMap(([call, make]) => ERRORS.map((error) => ({ call, make, ...error }))))(
  '$call: $name',
  async ({ make, error, causeName }) => {
    const client = new DynamoDBClient(ENGINE_CLIENT);
    mockClient(client).rejects(error);
    expect((await expectFault(make(client), 'ledger_unavailable')).causeName).toBe(causeName);
  },
);

let server: Loopback | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const WIRE: readonly { readonly name: string; readonly reply: Reply }[] = [
  { name: 'garbage with 200', reply: { status: 200, body: `not JSON ${CANARY}` } },
  { name: 'a list with 200', reply: { status: 200, body: `["${CANARY}"]` } },
  { name: 'a page of some proxy', reply: { status: 502, body: `<html>${CANARY}</html>` } },
  {
    name: 'an error nobody knows',
    reply: { status: 400, body: `{"__type":"x#${CANARY}","message":"${CANARY}"}` },
  },
  { name: 'a closed connection', reply: 'drop' },
  { name: 'no answer in time', reply: 'hang' },
];
/** For these, whatever comes with 200 says that it was done. */
const ACKNOWLEDGED = ['record', 'settle with a key', 'settle', 'append', 'spend'];
/** Here an answer without an item says that there is none. */
const ABSENT = ['read'];

test.each(
  Object.entries(CALLS).flatMap(([call, make]) =>
    WIRE.filter(
      ({ name }) => !(name === 'a list with 200' && [...ACKNOWLEDGED, ...ABSENT].includes(call)),
    ).map((wire) => ({ call, make, ...wire })),
  ),
)('$call: the wire brings $name', async ({ make, reply, name }) => {
  server = await startScripted(reply);
  const client = new DynamoDBClient({
    ...ENGINE_CLIENT,
    endpoint: server.endpoint,
    maxAttempts: 1,
    requestHandler: { requestTimeout: reply === 'hang' ? 20 : 5000, throwOnRequestTimeout: true },
  });
  const fault = await expectFault(make(client), 'ledger_unavailable');
  if (name === 'no answer in time') expect(fault.causeName).toBe('TimeoutError');
  client.destroy();
});

test.each(Object.entries(CALLS).filter(([call]) => !ACKNOWLEDGED.includes(call)))(
  '%s: a condition that it never set is no answer',
  async (_, make) => {
    const client = new DynamoDBClient(ENGINE_CLIENT);
    mockClient(client).rejects(new ConditionalCheckFailedException({ message, $metadata }));
    await expectFault(make(client), 'ledger_unavailable');
  },
);

const FAILED = { Code: 'ConditionalCheckFailed' };
const NONE = { Code: 'None' };
const CONFLICT = { Code: 'TransactionConflict', Message: message };
const THROTTLED = { Code: 'ThrottlingError', Message: message };

/** No engine here contends; AWS does, whenever one item is in two transactions at once. */
test.each([
  { name: 'a conflict over the proof', reasons: [NONE, NONE, CONFLICT, NONE] },
  { name: 'a conflict over the actor token', reasons: [NONE, NONE, NONE, CONFLICT] },
  {
    name: 'a spent proof, and a conflict over what may be our own first try',
    reasons: [CONFLICT, NONE, FAILED, NONE],
  },
  { name: 'another key’s actor token, and throttling', reasons: [NONE, THROTTLED, NONE, FAILED] },
  { name: 'no condition that failed', reasons: [NONE, NONE, NONE, NONE] },
  { name: 'fewer reasons than puts', reasons: [FAILED] },
  { name: 'more reasons than puts', reasons: [NONE, NONE, NONE, NONE, FAILED] },
  { name: 'no reasons', reasons: undefined },
])('a cancelled record with $name says nothing: a fault', async ({ reasons }) => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  mockClient(client)
    .on(TransactWriteItemsCommand)
    .rejects(new TransactionCanceledException({ message, $metadata, CancellationReasons: reasons }));
  await expectFault(CALLS.record?.(client) ?? Promise.resolve(), 'ledger_unavailable');
});

test.each([
  { name: 'a conflict over the slot', reasons: [CONFLICT, NONE] },
  { name: 'a slot that is taken, and a conflict over the pointer', reasons: [FAILED, CONFLICT] },
  { name: 'a pointer without an outcome', reasons: [NONE, FAILED] },
])('a cancelled settlement with $name: a fault', async ({ reasons }) => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  mockClient(client)
    .on(TransactWriteItemsCommand)
    .rejects(new TransactionCanceledException({ message, $metadata, CancellationReasons: reasons }));
  await expectFault(CALLS['settle with a key']?.(client) ?? Promise.resolve(), 'ledger_unavailable');
});

test.each([
  { name: 'a conflict over the proof', reasons: [CONFLICT, NONE] },
  { name: 'a spent proof, and a conflict over the actor token', reasons: [FAILED, CONFLICT] },
  { name: 'another key’s actor token, and throttling', reasons: [THROTTLED, FAILED] },
  { name: 'no condition that failed', reasons: [NONE, NONE] },
  { name: 'fewer reasons than puts', reasons: [FAILED] },
  { name: 'no reasons', reasons: undefined },
])('what could not be spent because of $name: a fault', async ({ reasons }) => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  mockClient(client)
    .on(TransactWriteItemsCommand)
    .rejects(new TransactionCanceledException({ message, $metadata, CancellationReasons: reasons }));
  await expectFault(CALLS.spend?.(client) ?? Promise.resolve(), 'ledger_unavailable');
});

test('a proof that is spent without showing by whom is taken for spent by another', async () => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  mockClient(client)
    .on(TransactWriteItemsCommand)
    .rejects(new TransactionCanceledException({ message, $metadata, CancellationReasons: [FAILED, NONE] }));
  expect(await CALLS.spend?.(client)).toBe('proof_spent');
});

test('a condition that failed without showing what stood there is taken for another’s item', async () => {
  const client = new DynamoDBClient(ENGINE_CLIENT);
  mockClient(client)
    .on(TransactWriteItemsCommand)
    .rejects(
      new TransactionCanceledException({
        message,
        $metadata,
        CancellationReasons: [FAILED, FAILED, FAILED, FAILED],
      }),
    );
  expect(await CALLS.record?.(client)).toBe('exists');
});
