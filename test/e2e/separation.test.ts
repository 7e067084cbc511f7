/**
 * No part can do another's work, even with all its credentials in the wrong hands: on the running stack, with each
 * function's own role, through the real SDK clients, judged by IAM's rules.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RESERVED_TAGS } from '../../core/session/tags.ts';
import type { Person } from '../../local/story/writ.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

const ACCOUNT = '000000000000';
const WRIT = '01jd3v9q2m8x7c4b';
const TARGET = `arn:aws:iam::${ACCOUNT}:role/writ/reports-read`;

let running: RunningStack;
/** Sessions that people got for their agents. */
let reports: Keys;
let tickets: Keys;
let summaries: Keys;

beforeAll(async () => {
  running = await openStack();
  const [alice, bob] = await Promise.all([running.signIn('alice'), running.signIn('bob')]);
  [reports, tickets, summaries] = await Promise.all([
    session(alice, 'report-writer', 'reports-read', '--parameter', 'prefix=q3'),
    session(bob, 'ticket-triage', 'tickets-write'),
    session(alice, 'report-writer', 'summaries-run'),
  ]);
});
afterAll(() => running.close());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

async function session(
  who: Person,
  agent: string,
  permission: string,
  ...more: readonly string[]
): Promise<Keys> {
  const wanted = [
    '--profile',
    'local',
    '--permission',
    permission,
    '--account',
    'prod',
    '--agent',
    agent,
    ...more,
  ];
  const { stdout, stderr } = await who.writ(
    'credentials',
    ...wanted,
    '--task',
    'T-1',
    '--purpose',
    'End to end',
  );
  if (stdout === '') throw new Error(stderr);
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** A function's own credentials, as Lambda gives them to it: what a thief of its environment would hold. */
const own = (name: string): Keys => {
  const { accessKeyId, secretAccessKey, sessionToken } = running.stack.aws.serviceSession({
    service: 'lambda.amazonaws.com',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/writ-${name}`,
    roleSessionName: `writ-${name}`,
    durationSeconds: 900,
  });
  return { accessKeyId, secretAccessKey, sessionToken };
};

interface Client {
  send(command: never): Promise<unknown>;
  destroy(): void;
}
type ClientOf = new (config: {
  region: string;
  endpoint: string;
  credentials: Keys;
  maxAttempts: number;
}) => Client;

/** `allowed`, or what AWS says: the error's name, and why where it is a matter of policy. */
async function tried(Type: ClientOf, credentials: Keys, command: object): Promise<string> {
  const { region, aws_endpoint: endpoint } = running.stack.local;
  const client = new Type({ region, endpoint, credentials, maxAttempts: 1 });
  try {
    await client.send(command as never);
    return 'allowed';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = /(?:because no|with an explicit deny in an?) ([a-z -]+?)(?: allows|$)/.exec(error.message);
    const explicit = error.message.includes('explicit deny') ? 'explicit deny, ' : '';
    return [error.name, ...(why === null ? [] : [`${explicit}${why[1]}`])].join(': ');
  } finally {
    client.destroy();
  }
}

/** The call that mint makes, changed in one thing. */
const assume = (change: Partial<AssumeRoleCommandInput> = {}): AssumeRoleCommand =>
  new AssumeRoleCommand({
    RoleArn: TARGET,
    RoleSessionName: `report-writer+${WRIT}`,
    SourceIdentity: `alice+${WRIT}`,
    Tags: tags(),
    TransitiveTagKeys: [...RESERVED_TAGS],
    DurationSeconds: 900,
    ...change,
  });

const tags = (change: { readonly [tag: string]: string | undefined } = {}) =>
  Object.entries({
    ...Object.fromEntries(RESERVED_TAGS.map((tag) => [tag, 'x'])),
    'writ:id': WRIT,
    ...change,
  }).flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));

const invoke = (name: string): InvokeCommand =>
  new InvokeCommand({ FunctionName: `writ-${name}`, Payload: Buffer.from('{"wake":true}') });

const get = (TableName: string, key: object = { id: { S: 'T-1' } }): GetItemCommand =>
  new GetItemCommand({ TableName, Key: { ...key } });

const KEY = { KeyId: 'alias/writ-enrolment' };
const sign = new SignCommand({
  ...KEY,
  Message: Buffer.from('an attestation'),
  MessageType: 'RAW',
  SigningAlgorithm: 'ECDSA_SHA_256',
});

describe('exchange decides, and can assume no role', () => {
  test.each(['reports-read', 'tickets-write', 'summaries-run'])('%s', async (role) => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/writ/${role}`;
    expect(await tried(STSClient, own('exchange'), assume({ RoleArn }))).toMatch(/^AccessDenied/);
  });

  test.each(['mint', 'enroll', 'sweep', 'schedule', 'close'])('nor the role of %s', async (name) => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/writ-${name}`;
    expect(await tried(STSClient, own('exchange'), assume({ RoleArn }))).toMatch(/^AccessDenied/);
  });

  test('it reaches mint, and no other function', async () => {
    expect(await tried(LambdaClient, own('exchange'), invoke('mint'))).toBe('allowed');
    expect(await tried(LambdaClient, own('exchange'), invoke('sweep'))).toBe(
      'AccessDeniedException: identity-based policy',
    );
  });

  test('it reads the enrolment key’s public half, and cannot sign with it', async () => {
    expect(await tried(KMSClient, own('exchange'), new GetPublicKeyCommand(KEY))).toBe('allowed');
    expect(await tried(KMSClient, own('exchange'), sign)).toBe(
      'AccessDeniedException: identity-based policy',
    );
    expect(await tried(KMSClient, own('enroll'), sign)).toBe('allowed');
  });
});

describe('mint assumes roles as a writ, or not at all', () => {
  test('as it does', async () => {
    expect(await tried(STSClient, own('mint'), assume())).toBe('allowed');
  });

  test.each([
    ['without a source identity', { SourceIdentity: undefined }],
    ['with another writ’s source identity', { SourceIdentity: 'alice+01jd3v9q2m8x7c4c' }],
    ['with a source identity that names no user', { SourceIdentity: `+${WRIT}` }],
    ['under another writ’s session name', { RoleSessionName: 'report-writer+01jd3v9q2m8x7c4c' }],
    ['under a session name without a writ', { RoleSessionName: 'report-writer' }],
    ['without tags', { Tags: [], TransitiveTagKeys: [] }],
    ['with a tag more', { Tags: [...tags(), { Key: 'team', Value: 'admins' }] }],
    ['of a role outside its path', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/writ-exchange` }],
  ])('%s: refused', async (_, change) => {
    expect(await tried(STSClient, own('mint'), assume(change))).toMatch(/^AccessDenied/);
  });

  test.each(RESERVED_TAGS)('without the tag %s: refused', async (tag) => {
    const change = { Tags: tags({ [tag]: undefined }), TransitiveTagKeys: [] };
    expect(await tried(STSClient, own('mint'), assume(change))).toMatch(/^AccessDenied/);
  });

  test('it invokes no function, signs nothing, and touches no table but its own', async () => {
    expect(await tried(LambdaClient, own('mint'), invoke('exchange'))).toMatch(/^AccessDenied/);
    expect(await tried(KMSClient, own('mint'), sign)).toMatch(/^AccessDenied/);
    expect(await tried(DynamoDBClient, own('mint'), get('tickets'))).toMatch(/^AccessDenied/);
  });
});

describe('a session stays inside what it was given', () => {
  test('it cannot go on to another role', async () => {
    // Its tags are transitive: a caller who repeats them is refused for that alone, so this one brings none.
    const chain = assume({ SourceIdentity: undefined, Tags: [], TransitiveTagKeys: [] });
    expect(await tried(STSClient, reports, chain)).toMatch(/^AccessDenied: explicit deny/);
  });

  test('it cannot reach a function, the enrolment key, or Writ’s tables', async () => {
    const ledger = get('writ-ledger', { pk: { S: `WRIT#${WRIT}` }, sk: { S: '00#intent' } });
    expect(await tried(LambdaClient, reports, invoke('mint'))).toMatch(/^AccessDeniedException/);
    expect(await tried(KMSClient, reports, new GetPublicKeyCommand(KEY))).toMatch(/^AccessDeniedException/);
    expect(await tried(DynamoDBClient, reports, ledger)).toMatch(/^AccessDeniedException/);
  });

  test('who it is it may ask under any deny: the answer proves nothing', async () => {
    expect(await tried(STSClient, reports, new GetCallerIdentityCommand({}))).toBe('allowed');
  });

  test('tickets-write reads and writes its table, and no other', async () => {
    const put = (TableName: string, key: { [name: string]: { S: string } } = { id: { S: 'T-2' } }) =>
      new PutItemCommand({ TableName, Item: { ...key, text: { S: 'Sorted.' } } });
    const forged = { pk: { S: `WRIT#${WRIT}` }, sk: { S: '00#intent' } };
    expect(await tried(DynamoDBClient, tickets, get('tickets'))).toBe('allowed');
    expect(await tried(DynamoDBClient, tickets, put('tickets'))).toBe('allowed');
    expect(await tried(DynamoDBClient, tickets, put('invoices'))).toMatch(/^AccessDeniedException/);
    expect(await tried(DynamoDBClient, tickets, put('writ-ledger', forged))).toMatch(
      /^AccessDeniedException/,
    );
    expect(await tried(DynamoDBClient, tickets, new ScanCommand({ TableName: 'tickets' }))).toMatch(
      /^AccessDenied/,
    );
    const remove = new DeleteItemCommand({ TableName: 'tickets', Key: { id: { S: 'T-1' } } });
    expect(await tried(DynamoDBClient, tickets, remove)).toMatch(/^AccessDeniedException/);
    expect(await tried(DynamoDBClient, reports, get('tickets'))).toMatch(/^AccessDeniedException/);
  });

  test('summaries-run asks its one model, and no other', async () => {
    const model = (modelId: string) => new InvokeModelCommand({ modelId, body: '{}' });
    expect(await tried(BedrockRuntimeClient, summaries, model('amazon.nova-lite-v1:0'))).toBe('allowed');
    expect(await tried(BedrockRuntimeClient, summaries, model('amazon.nova-premier-v1:0'))).toMatch(
      /^AccessDeniedException/,
    );
    expect(await tried(BedrockRuntimeClient, reports, model('amazon.nova-lite-v1:0'))).toMatch(
      /^AccessDeniedException/,
    );
  });
});

test('the stream’s function has met every record of the ledger, and tells only its key', async () => {
  const { stack } = running;
  const { Items = [] } = await stack.dynamodb.send(new ScanCommand({ TableName: stack.local.tables.ledger }));
  expect(Items.length).toBeGreaterThan(0);
  const keys = Items.map(({ pk, sk }) => `INSERT ${pk?.S} ${sk?.S}`).sort();
  await vi.waitFor(async () => expect((await streamed()).sort()).toEqual(keys), {
    timeout: 5_000,
    interval: 100,
  });
  expect(running.troubles).toEqual([]);
});

async function streamed(): Promise<string[]> {
  const log = await readFile(join(running.stack.local.logs_dir, 'writ-schedule.log'), 'utf8').catch(() => '');
  return log
    .split('\n')
    .filter((line) => line.includes('"record"'))
    .map((line) => JSON.parse(line))
    .map(({ change, pk, sk }) => `${change} ${pk} ${sk}`);
}
