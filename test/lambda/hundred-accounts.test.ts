/**
 * A principal is revoked where there are a hundred accounts: real revocation, real tables, the real queue's messages, the
 * real handler; only each account's IAM and canary are a test's. Each account records it once, and one that fails fails
 * alone.
 */
import { SendMessageBatchCommand, type SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { sqsWake } from '../../adapters/sqs-wake.ts';
import { Fault } from '../../core/fault.ts';
import type { AccountPorts } from '../../core/revocation/ports.ts';
import type { Reconciler } from '../../lambda/edge/compose.ts';
import { FakeIam } from '../core/reconcile-world.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { byResponder, ENDING, headOf, records } from '../support/revoking.ts';
import { CONTEXT } from './edge/events.ts';
import { catchOutput, linesOf } from './edge/output.ts';

const composed = vi.hoisted((): { reconciler: (() => unknown) | null } => ({ reconciler: null }));
vi.mock('../../lambda/edge/compose.ts', () => ({
  loadPolicy: () => null,
  reconciler: () => composed.reconciler?.(),
}));

const ACCOUNTS = Array.from({ length: 100 }, (_, at) => String(111_122_223_300 + at));
const FAILING = ACCOUNTS[41] ?? '';

const client = new SQSClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const sqs = mockClient(client);

let broker: Broker;
let output: () => string;
const iam = new Map<string, FakeIam>();
/** Of these nothing answers. */
const down = new Set<string>();

beforeAll(async () => {
  const accounts = Object.fromEntries(
    ACCOUNTS.map((id) => [id === '111122223333' ? 'prod' : `a-${id}`, { id, region: 'eu-central-1' }]),
  );
  broker = await openBroker({ ...ENDING, 'accounts.yaml': accounts });
  await broker.setHealth(null);
  broker.ports.wake = sqsWake(client, 'https://sqs.eu-central-1.amazonaws.com/1/reconcile.fifo');
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => ({
    Successful: Entries.map(({ Id }) => ({ Id })),
  }));
  const { client: dynamodb, tables } = broker.db;
  const clock = () => broker.now;
  const reconciler: Reconciler = {
    ports: {
      clock,
      sleep: async (millis) => {
        broker.now += millis;
      },
      ledger: dynamodbLedger(dynamodb, tables),
      revocations: dynamodbRevocations(dynamodb, tables),
    },
    accounts: ACCOUNTS,
    accountPorts: (account) => accountPorts(account),
  };
  const made = new Map<string, AccountPorts>();
  function accountPorts(account: string): AccountPorts {
    const theirs = iam.get(account) ?? new FakeIam(clock);
    iam.set(account, theirs);
    const ports = made.get(account) ?? {
      account,
      roles: [`arn:aws:iam::${account}:role/writ/reports-read`],
      policy: {
        ...theirs.port,
        read: async () => {
          if (down.has(account)) throw new Fault('iam_unavailable');
          return theirs.port.read();
        },
      },
      probe: async (identity) => (theirs.inForce().includes(`"${identity}"`) ? 'refused' : 'allowed'),
      state: dynamodbAccountState(dynamodb, tables.control, account),
    };
    made.set(account, ports);
    return ports;
  }
  composed.reconciler = () => reconciler;
});
afterAll(() => broker.close());
beforeEach(() => {
  output = catchOutput();
  for (const variable of ['WRIT_LEDGER_TABLE', 'WRIT_PEOPLE_TABLE', 'WRIT_CONTROL_TABLE', 'AWS_REGION'])
    vi.stubEnv(variable, 'x');
  vi.stubEnv('WRIT_BUNDLE_FILE', '/nowhere');
  vi.stubEnv('WRIT_BUNDLE_SHA256', 'ab'.repeat(32));
});

afterEach(() => vi.unstubAllEnvs());

/** As Lambda hands over what one call put there. */
async function handOver(entries: NonNullable<SendMessageBatchCommandInput['Entries']>) {
  const { handler } = await import('../../lambda/reconcile.ts');
  const Records = entries.map(({ MessageBody: body, MessageGroupId: messageId }) => ({ messageId, body }));
  const answer: SQSBatchResponse = await handler({ Records } as never, CONTEXT);
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

const batches = () =>
  sqs.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
const enforcedIn = async () =>
  (await records(broker, 'enforced')).map(({ account }) => String(account)).sort();

test('a hundred messages in ten calls; each account records it once, and the one that fails fails alone', async () => {
  const answer = await broker.revoke(
    await byResponder(broker, { token: 'helper', token_type_hint: 'agent' }),
  );
  expect(answer).toMatchObject({ ok: true, value: { woken: true } });
  expect(batches().map((batch) => batch.length)).toEqual(Array(10).fill(10));
  expect(batches().flatMap((batch) => batch.map(({ MessageGroupId }) => MessageGroupId))).toEqual(ACCOUNTS);
  expect(await headOf(broker, 'agent', 'helper')).toMatchObject({ cutoff: {} });

  down.add(FAILING);
  // Lambda hands over several at once, as the groups are many.
  const failed = await Promise.all(batches().map(handOver));
  expect(failed.flat()).toEqual([FAILING]);
  const others = ACCOUNTS.filter((account) => account !== FAILING);
  expect(await enforcedIn()).toEqual(others);
  for (const account of others) expect(iam.get(account)?.policy?.text).toContain('"helper"');
  expect(iam.get(FAILING)?.policy).toBeNull();
  expect(await broker.ports.stateOf(FAILING).health()).toBeNull();
  expect(linesOf(output()).filter(({ message }) => message === 'fault')).toMatchObject([
    { code: 'iam_unavailable' },
  ]);
});

test('its message comes again, and all of them twice: it catches up, and nobody records anything anew', async () => {
  down.clear();
  const message = batches().flatMap((batch) =>
    batch.filter(({ MessageGroupId }) => MessageGroupId === FAILING),
  );
  expect(await handOver(message)).toEqual([]);
  expect(await enforcedIn()).toEqual(ACCOUNTS);
  expect((await Promise.all(batches().map(handOver))).flat()).toEqual([]);
  expect(await enforcedIn()).toEqual(ACCOUNTS);
  expect(iam.get(FAILING)?.policy?.text).toContain('"helper"');
  expect(await broker.ports.stateOf(FAILING).health()).toMatchObject({ entries: 1 });
});

test('where the clock calls, and no message, all of them are verified', async () => {
  const { handler } = await import('../../lambda/reconcile.ts');
  broker.now += 60_000;
  expect(await handler({} as never, CONTEXT)).toEqual({ batchItemFailures: [] });
  const verified = await Promise.all(
    ACCOUNTS.map(async (account) => (await broker.ports.stateOf(account).health())?.verifiedAt),
  );
  expect(new Set(verified)).toEqual(new Set([Math.floor(broker.now / 1000)]));
});
