/** What the local AWS tells of itself to whom IAM lets ask: `writ doctor`. */
import { GetPolicyVersionCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import type { FunctionConfiguration } from '../../../local/aws/lambda.ts';
import { IAM_REGION } from './iam-world.ts';
import { allow, BUCKET, policy, REGION, startWorld, type World } from './world.ts';

const CONFIGURATION: FunctionConfiguration = {
  runtime: 'nodejs24.x',
  roleArn: 'arn:aws:iam::000000000000:role/writ-mint',
  timeoutSeconds: 15,
  env: { WRIT_CONTROL_TABLE: 'control' },
};

let world: World;
let sessions = 0;
beforeAll(async () => {
  world = await startWorld({
    kms: { alias: 'enrolment' },
    scheduleGroups: ['writ'],
    functions: {
      has: (name) => name === 'writ-mint',
      names: () => ['writ-mint'],
      configuration: () => CONFIGURATION,
      invoke: () => Promise.reject(new Error('nobody invokes it')),
    },
  });
});
afterAll(() => world.close());

function as(...statements: PolicyStatement[]) {
  sessions += 1;
  const name = `looks-${sessions}`;
  world.aws.registry.putRole({ name, trust: policy(), inline: { look: policy(...statements) } });
  return world.client(
    world.aws.registry.issue({ roleName: name, roleSessionName: 'alice', durationSeconds: 900 }),
  );
}
const denied = { name: expect.stringMatching(/^AccessDenied/) };

describe('functions', () => {
  test('are listed with their settings, and without their state', async () => {
    const { Functions = [] } = await new LambdaClient(as(allow('lambda:*'))).send(
      new ListFunctionsCommand({}),
    );
    expect(Functions).toEqual([
      {
        FunctionName: 'writ-mint',
        FunctionArn: `arn:aws:lambda:${REGION}:000000000000:function:writ-mint`,
        Runtime: 'nodejs24.x',
        Role: CONFIGURATION.roleArn,
        Timeout: 15,
        Environment: { Variables: CONFIGURATION.env },
      },
    ]);
  });

  test('each tells its state', async () => {
    const lambda = new LambdaClient(as(allow('lambda:*')));
    const told = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'writ-mint' }));
    expect(told).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful', Timeout: 15 });
    await expect(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'writ-none' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('only to whom IAM lets look, function by function', async () => {
    const other = `arn:aws:lambda:${REGION}:000000000000:function:other`;
    const lambda = new LambdaClient(as(allow('lambda:GetFunctionConfiguration', other)));
    await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject(denied);
    await expect(
      lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'writ-mint' })),
    ).rejects.toMatchObject(denied);
  });
});

test('the key: what it is for, to whom IAM lets look', async () => {
  const KeyId = 'alias/enrolment';
  const { KeyMetadata } = await new KMSClient(as(allow('kms:DescribeKey'))).send(
    new DescribeKeyCommand({ KeyId }),
  );
  expect(KeyMetadata).toMatchObject({
    KeySpec: 'ECC_NIST_P256',
    KeyUsage: 'SIGN_VERIFY',
    KeyState: 'Enabled',
  });
  await expect(
    new KMSClient(as(allow('kms:Sign'))).send(new DescribeKeyCommand({ KeyId })),
  ).rejects.toMatchObject(denied);
});

test('a schedule group is there or not, to whom IAM lets look', async () => {
  const scheduler = new SchedulerClient(as(allow('scheduler:GetScheduleGroup')));
  expect(await scheduler.send(new GetScheduleGroupCommand({ Name: 'writ' }))).toMatchObject({
    State: 'ACTIVE',
  });
  await expect(scheduler.send(new GetScheduleGroupCommand({ Name: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(
    new SchedulerClient(as(allow('scheduler:ListSchedules'))).send(
      new GetScheduleGroupCommand({ Name: 'writ' }),
    ),
  ).rejects.toMatchObject(denied);
});

describe('a boundary that is a managed policy', () => {
  const bounded = (document: object) => {
    sessions += 1;
    const name = `bounded-${sessions}`;
    const { registry } = world.aws;
    const { arn } = registry.policies.create({
      name: `${name}-boundary`,
      path: '/writ/',
      document: JSON.stringify(document),
    });
    registry.putRole({ name, trust: policy(), inline: { all: policy(allow('s3:*')) }, boundaryArn: arn });
    const session = registry.issue({ roleName: name, roleSessionName: 'alice', durationSeconds: 900 });
    return { name, arn, s3: new S3Client(world.client(session)) };
  };
  const get = (s3: S3Client) => s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'none' }));

  test('bounds, is told with the role, and can be read', async () => {
    const { name, arn, s3 } = bounded(policy(allow('s3:ListBucket')));
    await expect(get(s3)).rejects.toMatchObject({ name: 'AccessDenied' });
    const iam = new IAMClient({ ...as(allow('iam:*')), region: IAM_REGION });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(arn);
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' }),
    );
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toContain('s3:ListBucket');
  });

  test('bounds by its default version of now, and by nothing at all when it is gone', async () => {
    const { arn, s3 } = bounded(policy(allow('s3:*')));
    const { policies } = world.aws.registry;
    await expect(get(s3)).rejects.toMatchObject({ name: 'NoSuchKey' });
    policies.createVersion(arn, JSON.stringify(policy(allow('s3:PutObject'))), true);
    await expect(get(s3)).rejects.toMatchObject({ name: 'AccessDenied' });
    policies.setDefaultVersion(arn, 'v1');
    policies.deleteVersion(arn, 'v2');
    policies.delete(arn);
    await expect(get(s3)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
