/** The reconciler with its real adapters, against an IAM that judges: what it writes, attaches and sees. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreatePolicyVersionCommand, DetachRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { canary } from '../../adapters/canary.ts';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import { toEntryItem } from '../../adapters/dynamodb-deny-entries.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { iamDenyPolicy } from '../../adapters/iam-deny-policy.ts';
import { type Reconciled, reconcile } from '../../core/reconcile.ts';
import type { DenyEntry } from '../../core/revocation/entry.ts';
import { denyPolicyArn } from '../../core/revocation/names.ts';
import { type IamWorld, startIamWorld } from '../local/aws/iam-world.ts';
import { allow, BUCKET, policy, SOURCE_IDENTITY } from '../local/aws/world.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';

const ACCOUNT = '000000000000';
const WRIT = SOURCE_IDENTITY.slice(-16);

let db: TestTables;
beforeAll(async () => {
  db = await openTables();
});
afterAll(() => db.close());

let world: IamWorld;
beforeEach(async () => {
  world = await startIamWorld({ dynamodbEndpoint: db.endpoint, iamDelayMillis: 1500 });
  world.aws.registry.putRole({
    name: 'canary',
    path: '/writ-parts/',
    trust: policy({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:role/broker' },
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    }),
    inline: { read: policy(allow('dynamodb:ListTables')) },
  });
});
afterEach(() => world.close());

const run = (): Promise<Reconciled> => {
  const clock = () => world.clock.at;
  const revocations = dynamodbRevocations(db.client, db.tables);
  return reconcile(
    {
      account: ACCOUNT,
      roles: [world.targetArn],
      policy: iamDenyPolicy(world.iam, ACCOUNT),
      probe: canary(
        new STSClient(world.client(world.broker)),
        (credentials) => new DynamoDBClient(world.client(credentials)),
        ACCOUNT,
        clock,
      ),
      state: dynamodbAccountState(db.client, db.tables.control, ACCOUNT),
    },
    {
      clock,
      sleep: async (millis) => {
        world.clock.at += millis;
      },
      ledger: dynamodbLedger(db.client, db.tables),
      revocations,
    },
  );
};

const put = (entry: DenyEntry) =>
  db.client.send(new PutItemCommand({ TableName: db.tables.control, Item: toEntryItem(entry) }));

test('a writ is revoked: its live session is refused, and so said only when it is', async () => {
  expect(await run()).toMatchObject({ verified: true, drift: [], written: 1, fault: null });
  const s3 = new S3Client(world.client(await world.assume()));
  const call = () =>
    s3.send(new ListObjectsV2Command({ Bucket: BUCKET })).then(
      () => 'allowed',
      ({ name }) => name,
    );
  expect(await call()).toBe('allowed');
  world.clock.at += 2000;
  const askedAt = world.clock.at;
  const seconds = Math.floor(askedAt / 1000);
  const common = { askedAt, recordedIn: [] };
  await put({
    ...common,
    kind: 'writ',
    value: WRIT,
    account: ACCOUNT,
    cutoff: seconds,
    user: 'local:alice',
    until: seconds + 900,
    intent: 'ab'.repeat(32),
    revocation: '01jd3v9q2m8x7c4d',
  });
  await put({
    ...common,
    kind: 'all',
    value: '*',
    account: '*',
    cutoff: null,
    revocation: '01jd3v9q2m8x7c4e',
  });
  expect(await run()).toMatchObject({ verified: true, behind: false, enforced: 2, fault: null });
  expect(world.clock.at - askedAt).toBe(1500);
  expect(await call()).toBe('AccessDenied');

  // Somebody's hand, on what stands and where it stands.
  const PolicyArn = denyPolicyArn(ACCOUNT);
  world.clock.at += 60_000;
  await world.iam.send(new DetachRolePolicyCommand({ PolicyArn, RoleName: 'reader' }));
  const PolicyDocument = JSON.stringify(policy(allow('*')));
  await world.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
  world.clock.at += 60_000;
  expect(await call()).toBe('allowed');
  expect(await run()).toMatchObject({
    verified: true,
    drift: ['default_differs', 'role_detached:reader'],
    written: 1,
    enforced: 0,
  });
  expect(await call()).toBe('AccessDenied');
});
