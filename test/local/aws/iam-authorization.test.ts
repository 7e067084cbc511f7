/** Who may use IAM, on what, under which conditions; and what CloudTrail has of it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import { OPERATIONS } from '../../../local/aws/operations.ts';
import { arnOf, HARMLESS, type IamWorld, startIamWorld } from './iam-world.ts';
import { allow, type Event, readTrail } from './world.ts';

const dir = mkdtempSync(join(tmpdir(), 'local-iam-trail-'));
const PolicyArn = arnOf('deny', '/writ/');
const PolicyDocument = JSON.stringify(HARMLESS);
const READER = 'arn:aws:iam::000000000000:role/writ/reader';

let world: IamWorld;
beforeAll(async () => {
  world = await startIamWorld({ cloudtrailDir: dir });
  const { registry } = world.aws;
  const reader = registry.roleByName('reader');
  if (reader === null) throw new Error('no role');
  registry.putRole({ ...reader, tags: { stage: 'test' } });
  await world.iam.send(new CreatePolicyCommand({ PolicyName: 'deny', Path: '/writ/', PolicyDocument }));
});
afterAll(async () => {
  await world.close();
  rmSync(dir, { recursive: true });
});

/** In an order in which each can be done. */
const CALLS = [
  [
    'CreatePolicy',
    arnOf('other', '/x/'),
    new CreatePolicyCommand({ PolicyName: 'other', Path: '/x/', PolicyDocument }),
  ],
  ['GetPolicy', PolicyArn, new GetPolicyCommand({ PolicyArn })],
  ['CreatePolicyVersion', PolicyArn, new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument })],
  ['GetPolicyVersion', PolicyArn, new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' })],
  ['ListPolicyVersions', PolicyArn, new ListPolicyVersionsCommand({ PolicyArn })],
  ['SetDefaultPolicyVersion', PolicyArn, new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' })],
  ['DeletePolicyVersion', PolicyArn, new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' })],
  ['AttachRolePolicy', READER, new AttachRolePolicyCommand({ PolicyArn, RoleName: 'reader' })],
  ['ListEntitiesForPolicy', PolicyArn, new ListEntitiesForPolicyCommand({ PolicyArn })],
  ['ListAttachedRolePolicies', READER, new ListAttachedRolePoliciesCommand({ RoleName: 'reader' })],
  ['DetachRolePolicy', READER, new DetachRolePolicyCommand({ PolicyArn, RoleName: 'reader' })],
  ['DeletePolicy', arnOf('other', '/x/'), new DeletePolicyCommand({ PolicyArn: arnOf('other', '/x/') })],
  ['ListRoles', '*', new ListRolesCommand({})],
  ['GetRole', READER, new GetRoleCommand({ RoleName: 'reader' })],
  ['ListRolePolicies', READER, new ListRolePoliciesCommand({ RoleName: 'reader' })],
  ['GetRolePolicy', READER, new GetRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read' })],
  ['ListPolicies', '*', new ListPoliciesCommand({})],
] as const;
const send = (client: IAMClient, command: unknown): Promise<unknown> =>
  (client.send as (command: unknown) => Promise<unknown>).call(client, command);

test('every operation is in this table', () => {
  expect(CALLS.map(([operation]) => operation).sort()).toEqual(Object.keys(OPERATIONS.iam).sort());
});

test.each(CALLS)('%s is judged on %s', async (operation, resource, command) => {
  const elsewhere = resource === '*' ? 'arn:aws:iam::000000000000:role/*' : `${resource}x`;
  await expect(send(world.as(allow(`iam:${operation}`, elsewhere)), command)).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
    message: expect.stringContaining(
      `is not authorized to perform: iam:${operation} on resource: ${resource} because no identity-based policy allows`,
    ),
  });
  await send(world.as(allow(`iam:${operation}`, resource)), command);
});

test('one may not learn what is there', async () => {
  const nobody = world.as(allow('sts:AssumeRole'));
  for (const RoleName of ['reader', 'none-such'])
    await expect(nobody.send(new ListAttachedRolePoliciesCommand({ RoleName }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
});

describe('conditions on attaching', () => {
  const attachIf = (Condition: PolicyStatement['Condition'], arn = PolicyArn) =>
    world
      .as({
        ...allow('iam:AttachRolePolicy', 'arn:aws:iam::000000000000:role/writ/*'),
        Condition: { ...Condition },
      })
      .send(new AttachRolePolicyCommand({ PolicyArn: arn, RoleName: 'reader' }));

  test('iam:PolicyARN: a responder attaches his own and no other', async () => {
    const own = { ArnLike: { 'iam:PolicyARN': 'arn:aws:iam::000000000000:policy/writ/*' } };
    await attachIf(own);
    await expect(attachIf(own, arnOf('other'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
  test.each(['aws', 'iam'])('%s:ResourceTag', async (prefix) => {
    await attachIf({ StringEquals: { [`${prefix}:ResourceTag/stage`]: 'test' } });
    await expect(
      attachIf({ StringEquals: { [`${prefix}:ResourceTag/stage`]: 'live' } }),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
  test('aws:RequestedRegion is the Region of IAM', async () => {
    await attachIf({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } });
  });
  test('iam:PermissionsBoundary is not judged at all', async () => {
    await expect(
      attachIf({ ArnNotLike: { 'iam:PermissionsBoundary': arnOf('none') } }),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});

describe('CloudTrail', () => {
  const events = async () => {
    await world.aws.flush();
    return readTrail(dir);
  };
  const eventOf = async (eventName: string): Promise<Event> => {
    const found = (await events()).find((event) => event.eventName === eventName && !('errorCode' in event));
    if (found === undefined) throw new Error(`no ${eventName}`);
    return found;
  };

  test('has a write, in the folder of us-east-1', async () => {
    expect(await eventOf('CreatePolicy')).toMatchObject({
      eventSource: 'iam.amazonaws.com',
      awsRegion: 'us-east-1',
      readOnly: false,
      managementEvent: true,
      eventCategory: 'Management',
      requestParameters: { policyName: 'deny', path: '/writ/', policyDocument: PolicyDocument },
      responseElements: {
        policy: {
          policyName: 'deny',
          arn: PolicyArn,
          defaultVersionId: 'v1',
          createDate: 'Nov 24, 2026, 11:00:00 AM',
        },
      },
    });
    expect(await eventOf('AttachRolePolicy')).toMatchObject({
      requestParameters: { roleName: 'reader', policyArn: PolicyArn },
      responseElements: null,
    });
    const regions = readdirSync(join(dir, 'AWSLogs', '000000000000', 'CloudTrail')).sort();
    expect(regions).toEqual(['eu-central-1', 'us-east-1']);
    const files = readdirSync(join(dir, 'AWSLogs/000000000000/CloudTrail/us-east-1'), {
      recursive: true,
      encoding: 'utf8',
    });
    expect(files).toContainEqual(expect.stringMatching(/_CloudTrail_us-east-1_/));
  });
  test('has a read', async () => {
    expect(await eventOf('ListRoles')).toMatchObject({ readOnly: true, requestParameters: null });
    expect(await eventOf('GetPolicyVersion')).toMatchObject({
      readOnly: true,
      requestParameters: { policyArn: PolicyArn, versionId: 'v2' },
    });
  });
  test('has refusals, of IAM and of its rules', async () => {
    const missing = new GetPolicyCommand({ PolicyArn: arnOf('never-there') });
    await expect(world.iam.send(missing)).rejects.toThrow();
    const codes = new Set((await events()).map(({ errorCode }) => errorCode));
    expect(codes).toContain('AccessDenied');
    expect(codes).toContain('NoSuchEntity');
  });
});
