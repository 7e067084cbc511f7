import { DynamoDBClient, DynamoDBServiceException, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionCredentials } from '../../adapters/assumed-session.ts';
import { canary } from '../../adapters/canary.ts';
import type { ProbeCanary } from '../../core/revocation/ports.ts';
import { NOW } from '../support/clock.ts';
import { CANARY, expectFault } from './fault.ts';

const CONFIG = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const client = new STSClient(CONFIG);
let sts = mockClient(client);
let reads = mockClient(DynamoDBClient);
let now: number;
let given: SessionCredentials[];
let probe: ProbeCanary;

beforeEach(() => {
  sts = mockClient(client);
  reads = mockClient(DynamoDBClient);
  now = NOW * 1000;
  given = [];
  sts.on(AssumeRoleCommand).callsFake(() => ({
    Credentials: {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: CANARY,
      SessionToken: CANARY,
      Expiration: new Date(now + 3_600_000),
    },
  }));
  reads.on(ListTablesCommand).resolves({ TableNames: [] });
  const clientOf = (credentials: SessionCredentials) => {
    given.push(credentials);
    return new DynamoDBClient({ ...CONFIG, credentials, maxAttempts: 1 });
  };
  probe = canary(client, clientOf, '444455556666', () => now);
});
afterEach(() => {
  sts.restore();
  reads.restore();
});

const failure = (name: string, $fault: 'client' | 'server') =>
  new DynamoDBServiceException({ name, $fault, $metadata: {}, message: `no ${CANARY}` });

test('is a session of the canary role with that source identity, and a read that needs no resource', async () => {
  expect(await probe('canary+0123456789abcdef')).toBe('allowed');
  expect(sts.calls().map(({ args: [command] }) => command.input)).toEqual([
    {
      RoleArn: 'arn:aws:iam::444455556666:role/writ-parts/canary',
      RoleSessionName: 'canary',
      SourceIdentity: 'canary+0123456789abcdef',
    },
  ]);
  expect(reads.calls().map(({ args: [command] }) => command.input)).toEqual([{ Limit: 1 }]);
  expect(given).toMatchObject([{ accessKeyId: 'ASIAEXAMPLE' }]);
});

test('is refused where the read is, and nowhere else', async () => {
  reads.on(ListTablesCommand).rejects(failure('AccessDeniedException', 'client'));
  expect(await probe('canary+a')).toBe('refused');
});

test('keeps its session for its identity until shortly before it ends', async () => {
  for (const identity of ['canary+a', 'canary+control', 'canary+a']) await probe(identity);
  expect(sts.calls()).toHaveLength(2);
  now += 3_600_000 - 60_000 - 1;
  await probe('canary+a');
  expect(sts.calls()).toHaveLength(2);
  now += 1;
  await probe('canary+a');
  expect(sts.calls()).toHaveLength(3);
});

test('keeps a few of the newest, so that a busy day does not fill the memory', async () => {
  for (let at = 0; at < 40; at += 1) await probe(`canary+${at}`);
  await probe('canary+39');
  expect(sts.calls()).toHaveLength(40);
  await probe('canary+0');
  expect(sts.calls()).toHaveLength(41);
});

test.each([
  { name: 'ThrottlingException', error: failure('ThrottlingException', 'client') },
  { name: 'InternalServerError', error: failure('InternalServerError', 'server') },
  { name: 'ExpiredTokenException', error: failure('ExpiredTokenException', 'client') },
  { name: 'UnrecognizedClientException', error: failure('UnrecognizedClientException', 'client') },
  { name: 'TimeoutError', error: Object.assign(new Error(CANARY), { name: 'TimeoutError' }) },
])('a read that says neither is a fault: $name', async ({ name, error }) => {
  reads.on(ListTablesCommand).rejects(error);
  expect((await expectFault(probe('canary+a'), 'canary_unavailable')).causeName).toBe(name);
});

test('a session that is refused is a fault: a broken trust policy is no revocation in force', async () => {
  sts
    .on(AssumeRoleCommand)
    .rejects(
      new STSServiceException({ name: 'AccessDenied', $fault: 'client', $metadata: {}, message: CANARY }),
    );
  await expectFault(probe('canary+a'), 'canary_unavailable');
});

test('an answer without credentials is a fault', async () => {
  sts.on(AssumeRoleCommand).resolves({});
  await expectFault(probe('canary+a'), 'canary_unavailable');
});
