import { AssumeRoleCommand, type AssumeRoleCommandOutput, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test } from 'vitest';
import { stsAssumeRole } from '../../adapters/sts.ts';
import { NOW } from '../support/clock.ts';
import { CANARY } from './fault.ts';
import { type Loopback, type Reply, startScripted } from './loopback.ts';

const PLAN = {
  RoleArn: 'arn:aws:iam::111122223333:role/writ/reports-read',
  RoleSessionName: 'triage+01jd3v9q2m8x7c4b',
  SourceIdentity: 'alice+01jd3v9q2m8x7c4b',
  Tags: { 'writ:id': '01jd3v9q2m8x7c4b', 'writ:user': 'corp:alice' },
  Policy: '{"Version":"2012-10-17","Statement":[]}',
  DurationSeconds: 900,
};

const ANSWER: AssumeRoleCommandOutput = {
  Credentials: {
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret',
    SessionToken: 'session',
    Expiration: new Date(NOW * 1000 + 900_999),
  },
  AssumedRoleUser: {
    AssumedRoleId: 'AROA1:triage+01jd3v9q2m8x7c4b',
    Arn: 'arn:aws:sts::111122223333:assumed-role/x/y',
  },
  PackedPolicySize: 42,
  $metadata: { requestId: 'c6104cbe-af31-11e0-8154-cbc7ccf896c7' },
};

const CONFIG = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

function answering(answer: Partial<AssumeRoleCommandOutput>) {
  const client = new STSClient(CONFIG);
  const mock = mockClient(client);
  mock.on(AssumeRoleCommand).resolves(answer);
  return { mock, ask: () => stsAssumeRole(client)(PLAN) };
}

test('one AssumeRole, exactly as planned, with every tag transitive', async () => {
  const { mock, ask } = answering(ANSWER);
  await ask();
  expect(mock.calls().map(({ args: [command] }) => command.input)).toEqual([
    {
      RoleArn: PLAN.RoleArn,
      RoleSessionName: PLAN.RoleSessionName,
      SourceIdentity: PLAN.SourceIdentity,
      Tags: [
        { Key: 'writ:id', Value: '01jd3v9q2m8x7c4b' },
        { Key: 'writ:user', Value: 'corp:alice' },
      ],
      TransitiveTagKeys: ['writ:id', 'writ:user'],
      Policy: PLAN.Policy,
      DurationSeconds: 900,
    },
  ]);
});

test('what STS answered, its end in whole seconds and never later than it is', async () => {
  expect(await answering(ANSWER).ask()).toEqual({
    ok: true,
    assumed: {
      credential: { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'secret', SessionToken: 'session' },
      expiration: NOW + 900,
      assumedRoleId: 'AROA1:triage+01jd3v9q2m8x7c4b',
      requestId: 'c6104cbe-af31-11e0-8154-cbc7ccf896c7',
      packedPolicySize: 42,
    },
  });
});

test('the packed size may be missing', async () => {
  const answer = await answering({ ...ANSWER, PackedPolicySize: undefined }).ask();
  expect(answer).toMatchObject({ ok: true, assumed: { packedPolicySize: null } });
});

const without = (field: string) => ({
  name: `no ${field}`,
  change: {
    Credentials: { ...ANSWER.Credentials, [field]: undefined } as AssumeRoleCommandOutput['Credentials'],
  },
});
test.each<{ name: string; change: Partial<AssumeRoleCommandOutput> }>([
  without('AccessKeyId'),
  without('SecretAccessKey'),
  without('SessionToken'),
  without('Expiration'),
  { name: 'no credentials', change: { Credentials: undefined } },
  { name: 'no role id', change: { AssumedRoleUser: undefined } },
  { name: 'no request id', change: { $metadata: {} } },
  {
    name: 'an end that is no time',
    change: {
      Credentials: {
        AccessKeyId: 'A',
        SecretAccessKey: 'B',
        SessionToken: 'C',
        Expiration: new Date(Number.NaN),
      },
    },
  },
])('an answer with $name is incomplete, and a session may exist', async ({ change }) => {
  expect(await answering({ ...ANSWER, ...change }).ask()).toEqual({
    ok: false,
    error: 'AnswerIncomplete',
    mayExist: true,
  });
});

let server: Loopback | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const refusal = (status: number, code: string): Reply => ({
  status,
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${CANARY}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});

/** On the wire, since it is the SDK that says whose fault an error was and how often it asked. */
test.each<{ name: string; replies: readonly [Reply, ...Reply[]]; error: string; mayExist: boolean }>([
  { name: 'a refusal', replies: [refusal(403, 'AccessDenied')], error: 'AccessDenied', mayExist: false },
  {
    name: 'a modelled refusal',
    replies: [refusal(400, 'MalformedPolicyDocument')],
    error: 'MalformedPolicyDocumentException',
    mayExist: false,
  },
  {
    name: 'failures of the service',
    replies: [refusal(500, 'InternalFailure')],
    error: 'InternalFailure',
    mayExist: true,
  },
  {
    name: 'a refusal whose code is no word',
    replies: [refusal(400, `x ${CANARY} "`)],
    error: 'Unnamed',
    mayExist: false,
  },
  { name: 'closed connections', replies: ['drop'], error: 'NoAnswer', mayExist: true },
  { name: 'no answer in time', replies: ['hang'], error: 'NoAnswer', mayExist: true },
  {
    name: 'a proxy’s page',
    replies: [{ status: 502, body: `<html>${CANARY}` }],
    error: 'NoAnswer',
    mayExist: true,
  },
  { name: 'garbage with 200', replies: [{ status: 200, body: CANARY }], error: 'NoAnswer', mayExist: true },
  { name: 'an empty 200', replies: [{ status: 200, body: '' }], error: 'AnswerIncomplete', mayExist: true },
  {
    name: 'a first try whose answer is lost, and a second that is refused',
    replies: ['drop', refusal(403, 'ExpiredToken')],
    error: 'ExpiredToken',
    mayExist: true,
  },
])('$name: $error, a session may exist: $mayExist', async ({ replies, error, mayExist }) => {
  server = await startScripted(...replies);
  const client = new STSClient({
    ...CONFIG,
    endpoint: server.endpoint,
    maxAttempts: 2,
    requestHandler: { requestTimeout: replies[0] === 'hang' ? 20 : 5000, throwOnRequestTimeout: true },
  });
  expect(await stsAssumeRole(client)(PLAN)).toEqual({ ok: false, error, mayExist });
  client.destroy();
});
