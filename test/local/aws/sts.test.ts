import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allow,
  assumption,
  NOW,
  policy,
  SESSION_NAME,
  SOURCE_IDENTITY,
  startWorld,
  type World,
} from './world.ts';

let world: World;
let sts: STSClient;
beforeAll(async () => {
  world = await startWorld();
  sts = new STSClient(world.client(world.broker));
});
afterAll(() => world.close());

const assume = (change: Partial<AssumeRoleCommandInput> = {}) =>
  sts.send(new AssumeRoleCommand({ ...assumption(world.targetArn), ...change }));

/** A well-formed policy of exactly so many characters. */
const longPolicy = (length: number): string => {
  const of = (bucket: string) => JSON.stringify(policy(allow('s3:GetObject', `arn:aws:s3:::${bucket}`)));
  return of('a'.repeat(length - of('').length));
};

test('what was asked for comes back, unmistakably local', async () => {
  const answer = await assume();
  expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIALOCAL[A-Z2-7]{11}$/);
  expect(answer.Credentials?.Expiration).toEqual(new Date(NOW + 900_000));
  expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::000000000000:assumed-role/reader/${SESSION_NAME}`);
  expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROALOCAL[A-Z2-7]{12}:triage\+01jd3v9q2m8x7c4b$/);
  expect(answer.SourceIdentity).toBe(SOURCE_IDENTITY);
  expect(answer.PackedPolicySize).toBeGreaterThan(0);
  expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a policy of 2048 characters is just short enough', async () => {
  await expect(assume({ Policy: longPolicy(2048) })).resolves.toMatchObject({ PackedPolicySize: 82 });
});

const tagsOf = (count: number) => [
  ...(assumption('').Tags ?? []),
  ...Array.from({ length: count - 2 }, (_, n) => ({ Key: `t${n}`, Value: 'v' })),
];

test.each<{ name: string; change: Partial<AssumeRoleCommandInput>; error: string; status?: number }>([
  { name: 'name with a colon', change: { RoleSessionName: 'a:b' }, error: 'ValidationError' },
  { name: 'name of 1', change: { RoleSessionName: 'a' }, error: 'ValidationError' },
  { name: 'name of 65', change: { RoleSessionName: 'a'.repeat(65) }, error: 'ValidationError' },
  { name: 'name ending in a line feed', change: { RoleSessionName: 'alice\n' }, error: 'ValidationError' },
  { name: 'source identity with a blank', change: { SourceIdentity: 'a b' }, error: 'ValidationError' },
  { name: 'source identity of AWS', change: { SourceIdentity: 'AWS:alice' }, error: 'ValidationError' },
  {
    name: 'a role ARN that is none',
    change: { RoleArn: 'arn:aws:iam::000000000000:user/alice' },
    error: 'ValidationError',
  },
  { name: '899 seconds', change: { DurationSeconds: 899 }, error: 'ValidationError' },
  { name: '43201 seconds', change: { DurationSeconds: 43_201 }, error: 'ValidationError' },
  { name: '3601 seconds under role chaining', change: { DurationSeconds: 3601 }, error: 'ValidationError' },
  { name: '51 tags', change: { Tags: tagsOf(51) }, error: 'ValidationError' },
  {
    name: 'a tag value with a star',
    change: { Tags: [...tagsOf(2), { Key: 'k', Value: '*' }] },
    error: 'ValidationError',
  },
  {
    name: 'a tag value of 257',
    change: { Tags: [...tagsOf(2), { Key: 'k', Value: 'v'.repeat(257) }] },
    error: 'ValidationError',
  },
  {
    name: 'a tag key of 129',
    change: { Tags: [...tagsOf(2), { Key: 'k'.repeat(129), Value: 'v' }] },
    error: 'ValidationError',
  },
  {
    name: 'an empty tag key',
    change: { Tags: [...tagsOf(2), { Key: '', Value: 'v' }] },
    error: 'ValidationError',
  },
  {
    name: 'keys that differ in case',
    change: { Tags: [...tagsOf(2), { Key: 'Writ:ID', Value: 'v' }] },
    error: 'InvalidParameterValue',
  },
  {
    name: 'a transitive key without a tag',
    change: { TransitiveTagKeys: ['writ:task'] },
    error: 'InvalidParameterValue',
  },
  { name: 'a policy that is no JSON', change: { Policy: '{' }, error: 'MalformedPolicyDocumentException' },
  {
    name: 'a policy outside the alphabet',
    change: { Policy: '{"Version":"2012-10-17","Statement":"\u4e00"}' },
    error: 'MalformedPolicyDocumentException',
  },
  { name: 'an empty policy', change: { Policy: '' }, error: 'ValidationError' },
  { name: 'a policy of 2049', change: { Policy: longPolicy(2049) }, error: 'ValidationError' },
  {
    name: 'a role that does not exist',
    change: { RoleArn: 'arn:aws:iam::000000000000:role/writ/none' },
    error: 'AccessDenied',
    status: 403,
  },
  {
    name: 'the right name under another path',
    change: { RoleArn: 'arn:aws:iam::000000000000:role/reader' },
    error: 'AccessDenied',
    status: 403,
  },
  {
    name: 'managed session policies',
    change: { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
    error: 'NotImplemented',
    status: 501,
  },
])('$name: $error', async ({ change, error, status = 400 }) => {
  await expect(assume(change)).rejects.toMatchObject({ name: error, $metadata: { httpStatusCode: status } });
});

describe('the three actions of one call', () => {
  test('sts:AssumeRole: session name and tag must carry one id', async () => {
    await expect(assume({ RoleSessionName: 'triage+another' })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::000000000000:assumed-role/broker/mint is not authorized to perform: sts:AssumeRole on resource: ${world.targetArn} because no resource-based policy allows the sts:AssumeRole action`,
    });
  });

  test('sts:TagSession: a missing tag', async () => {
    await expect(
      assume({ Tags: [{ Key: 'writ:user', Value: 'x' }], TransitiveTagKeys: [] }),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test('sts:SetSourceIdentity is asked for by itself', async () => {
    const { registry } = world.aws;
    const role = registry.roleByArn(world.targetArn);
    if (role === null) throw new Error('no role');
    registry.putRole({ ...role, name: 'silent', trust: policy(...role.trust.Statement.slice(0, 2)) });
    await expect(assume({ RoleArn: 'arn:aws:iam::000000000000:role/writ/silent' })).rejects.toMatchObject({
      message: expect.stringContaining('sts:SetSourceIdentity'),
    });
  });
});

describe('a session that goes on', () => {
  const next = 'arn:aws:iam::000000000000:role/next';
  const hop = async (change: Partial<AssumeRoleCommandInput>) => {
    const { registry } = world.aws;
    const hopper = registry.putRole({
      name: 'hopper',
      trust: policy({
        Effect: 'Allow',
        Principal: { AWS: '000000000000' },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      }),
      inline: { go: policy(allow('sts:*')) },
    });
    registry.putRole({ ...hopper, name: 'next' });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ ...assumption(hopper.arn), RoleSessionName: 'first' }),
    );
    const chained = new STSClient(
      world.client({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      }),
    );
    return chained.send(new AssumeRoleCommand({ RoleArn: next, RoleSessionName: 'second', ...change }));
  };

  test('keeps its source identity and its transitive tags', async () => {
    const answer = await hop({});
    expect(answer.SourceIdentity).toBe(SOURCE_IDENTITY);
    expect(world.aws.registry.session(answer.Credentials?.AccessKeyId ?? '')).toMatchObject({
      tags: { 'writ:id': '01jd3v9q2m8x7c4b' },
      transitiveTagKeys: ['writ:id'],
    });
  });

  test('cannot change its source identity', async () => {
    await expect(hop({ SourceIdentity: 'mallory' })).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('cannot replace a transitive tag', async () => {
    await expect(hop({ Tags: [{ Key: 'WRIT:ID', Value: 'other' }] })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

test('a token that would not fit is refused', async () => {
  const Tags = [
    ...tagsOf(20),
    { Key: 'big', Value: 'v'.repeat(256) },
    { Key: 'big2', Value: 'v'.repeat(256) },
    { Key: 'big3', Value: 'v'.repeat(256) },
  ];
  await expect(assume({ Policy: longPolicy(2048), Tags })).rejects.toMatchObject({
    name: 'PackedPolicyTooLargeException',
  });
});

test('GetCallerIdentity succeeds under any Deny', async () => {
  const session = await world.assume({ Policy: JSON.stringify(policy({ ...allow('*'), Effect: 'Deny' })) });
  const answer = await new STSClient(world.client(session)).send(new GetCallerIdentityCommand({}));
  expect(answer).toMatchObject({
    Account: '000000000000',
    Arn: `arn:aws:sts::000000000000:assumed-role/reader/${SESSION_NAME}`,
  });
});
