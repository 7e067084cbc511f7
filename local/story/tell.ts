/**
 * The story of one writ, on real parts, in real time: sign in → exchange → allowed call → refused calls → end → audit.
 * Each step either held or did not; nothing here decides anything.
 */
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKET } from '../seed.ts';
import type { Stack } from '../stack.ts';
import { malloryTries } from './mallory.ts';
import type { Teller } from './teller.ts';
import { readTrail } from './trail.ts';
import { type Person, person, type Ran, typed } from './writ.ts';

interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

const TASK = 'FIN-1234';
const PURPOSE = 'Summarise the Q3 figures';

const wanted = (permission: string, ...more: readonly string[]): readonly string[] => [
  ...['credentials', '--permission', permission, '--account', 'prod', '--parameter', 'prefix=q3'],
  ...['--agent', 'report-writer', '--task', TASK, '--purpose', PURPOSE, ...more],
];

export async function tellStory(stack: Stack, { tell }: Teller, home: string): Promise<void> {
  const at = { file: stack.file, command: stack.local.writ };
  const alice = await person(join(home, 'alice'), at);
  await signIn(alice, tell);

  const args = wanted('reports-read');
  const issued = await alice.writ(...args);
  const credentials = parse(issued);
  const writ = await writOf(stack, credentials?.AccessKeyId);
  tell({
    title: 'The agent asks for one task',
    shows: `The agent report-writer, on Alice's device, for ${TASK}: exchange decides and records, mint assumes the role.`,
    proof: typed(args),
    seen: credentials
      ? `writ ${writ}, key ${credentials.AccessKeyId}, until ${credentials.Expiration}`
      : said(issued),
    held: credentials !== null && writ !== null,
  });
  if (credentials === null || writ === null) return;

  await mintedWithTags(stack, writ, tell);
  await inside(stack, credentials, tell);
  await outsideScope(stack, credentials, tell);
  await elsewhere(stack, alice, tell);
  await afterDeadline(stack, alice, tell);
  await inTheLedger(stack, writ, tell);
  tell(await malloryTries(alice, await person(join(home, 'mallory'), at), { task: TASK, purpose: PURPOSE }));
}

async function signIn(alice: Person, tell: Teller['tell']): Promise<void> {
  const args = ['login', '--profile', 'local', '--as', 'alice'];
  const login = await alice.writ(...args);
  tell({
    title: 'Alice signs in',
    shows:
      'A real authorization-code flow with PKCE; the nonce in her ID token is made for the key of this device.',
    proof: typed(args),
    seen: said(login),
    held: login.exit === 0,
  });
  const enrolment = ['enroll', '--profile', 'local'];
  const enrolled = await alice.writ(...enrolment);
  tell({
    title: 'Her device becomes known',
    shows:
      'Freshly signed in, she makes this key a device that Writ vouches for, for a day; KMS signs the attestation.',
    proof: typed(enrolment),
    seen: said(enrolled),
    held: enrolled.exit === 0,
  });
}

/** CloudTrail says who, with which device and agent, for which task; every later event carries the source identity. */
async function mintedWithTags(stack: Stack, writ: string, tell: Teller['tell']): Promise<void> {
  await stack.aws.flush();
  const events = await readTrail(stack.local.cloudtrail_dir);
  const event = events.find(
    ({ eventName, requestParameters }) =>
      eventName === 'AssumeRole' && requestParameters?.sourceIdentity?.endsWith(`+${writ}`),
  );
  const tags = Object.fromEntries(
    (event?.requestParameters?.tags ?? []).map(({ key, value }) => [key, value]),
  );
  tell({
    title: 'CloudTrail names them all',
    shows:
      "The AssumeRole event carries Alice's tags and source identity; STS itself checked that they agree.",
    proof: event === undefined ? stack.local.cloudtrail_dir : `$ zcat ${shortly(event.file)}`,
    seen: event
      ? `${event.requestParameters?.sourceIdentity}; ${['writ:user', 'writ:agent', 'writ:task'].map((key) => `${key}=${tags[key]}`).join(', ')}`
      : 'no such event',
    held: tags['writ:id'] === writ && tags['writ:user'] === 'corp:alice' && tags['writ:task'] === TASK,
  });
}

async function inside(stack: Stack, credentials: Credentials, tell: Teller['tell']): Promise<void> {
  const got = await getObject(stack, credentials, 'q3/figures.csv');
  tell({
    title: 'It reads what it may',
    shows: 'The JavaScript SDK, with these credentials and nothing of ours in between.',
    proof: `GetObject s3://${BUCKET}/q3/figures.csv`,
    seen: got,
    held: got.includes('north'),
  });
}

async function outsideScope(stack: Stack, credentials: Credentials, tell: Teller['tell']): Promise<void> {
  const got = await getObject(stack, credentials, 'q4/figures.csv');
  tell({
    title: 'It steps outside its scope',
    shows: 'The role may read q4; this session asked for q3, and its session policy allows nothing else.',
    proof: `GetObject s3://${BUCKET}/q4/figures.csv`,
    seen: got,
    held: got.startsWith('AccessDenied') && got.includes('session policy'),
  });
}

async function elsewhere(stack: Stack, alice: Person, tell: Teller['tell']): Promise<void> {
  const args = wanted('reports-elsewhere');
  const credentials = parse(await alice.writ(...args));
  const got = credentials === null ? 'no credentials' : await getObject(stack, credentials, 'q3/figures.csv');
  tell({
    title: 'It is in the wrong place',
    shows:
      'A permission that may be used from 192.0.2.0/24 only; this laptop is not there, and IAM sees that.',
    proof: `${typed(args)}, then GetObject s3://${BUCKET}/q3/figures.csv`,
    seen: got,
    held: got.startsWith('AccessDenied') && got.includes('explicit deny in a session policy'),
  });
}

async function afterDeadline(stack: Stack, alice: Person, tell: Teller['tell']): Promise<void> {
  const args = wanted('reports-read', '--duration', '5');
  const credentials = parse(await alice.writ(...args));
  const before =
    credentials === null ? 'no credentials' : await getObject(stack, credentials, 'q3/figures.csv');
  if (credentials !== null) await wait(Math.max(0, Date.parse(credentials.Expiration) - Date.now()) + 50);
  const after =
    credentials === null ? 'no credentials' : await getObject(stack, credentials, 'q3/figures.csv');
  tell({
    title: 'Its five seconds are over',
    shows:
      "STS's credentials live 900 s at least; the deadline is in the session policy, so AWS itself ends it.",
    proof: `${typed(args)}, GetObject, wait, GetObject`,
    seen: `before: ${before}; after: ${after}`,
    held:
      before.includes('north') &&
      after.startsWith('AccessDenied') &&
      after.includes('explicit deny in a session policy'),
  });
}

async function inTheLedger(stack: Stack, writ: string, tell: Teller['tell']): Promise<void> {
  const { Items = [] } = await stack.dynamodb.send(
    new QueryCommand({
      TableName: stack.local.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `WRIT#${writ}` } },
      ConsistentRead: true,
    }),
  );
  const keys = Items.map(({ sk }) => sk?.S);
  const intent = JSON.parse(Items[0]?.body?.S ?? '{}') as {
    readonly decision?: { readonly policies?: readonly string[] };
  };
  tell({
    title: 'The ledger has it all',
    shows:
      'The intent was durable before STS was asked, the outcome before the secret left; personal words are hashes.',
    proof: `$ aws dynamodb query --endpoint-url ${stack.local.dynamodb_endpoint} --table-name ${stack.local.tables.ledger} --key-condition-expression 'pk = :w' --expression-attribute-values '{":w":{"S":"WRIT#${writ}"}}'`,
    seen: `${keys.join(', ')}; decided by ${intent.decision?.policies?.join(', ')}`,
    held: keys.join() === '00#intent,10#outcome' && !JSON.stringify(Items).includes(PURPOSE),
  });
}

async function getObject(stack: Stack, credentials: Credentials, Key: string): Promise<string> {
  const s3 = new S3Client({
    region: stack.local.region,
    endpoint: stack.local.aws_endpoint,
    forcePathStyle: true,
    credentials: {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
    },
  });
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return JSON.stringify(await Body?.transformToString());
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'failed';
  } finally {
    s3.destroy();
  }
}

/** The pointer from a key to its writ. */
async function writOf(stack: Stack, accessKeyId: string | undefined): Promise<string | null> {
  const { Items = [] } = await stack.dynamodb.send(
    new QueryCommand({
      TableName: stack.local.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `KEY#${accessKeyId}` } },
    }),
  );
  const body = Items[0]?.body?.S;
  return body === undefined ? null : (JSON.parse(body) as { readonly writ: string }).writ;
}

const parse = ({ exit, stdout }: Ran): Credentials | null =>
  exit === 0 ? (JSON.parse(stdout) as Credentials) : null;

const said = ({ stdout, stderr }: Ran): string => (stdout + stderr).trim().replaceAll('\n', ' ');

const shortly = (path: string): string => relative(process.cwd(), path);
