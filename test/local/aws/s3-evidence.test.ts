/** What a log's bucket is asked for: conditions, locks, and keys that are paths. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, BUCKET, NOW, policy, startWorld, type World } from './world.ts';

const LOCKED = 'evidence';
const folder = mkdtempSync(join(tmpdir(), 'local-locked-'));
const UNTIL = new Date(NOW + 24 * 3600 * 1000);
const LOCK = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: UNTIL } as const;
let world: World;
let s3: S3Client;

/** A function's client: the target role of this folder's world has no right to lock. */
function clientOf(name: string, ...statements: Parameters<typeof policy>): S3Client {
  world.aws.registry.putRole({
    name,
    trust: policy({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    inline: { s3: policy(...statements) },
  });
  const session = world.aws.serviceSession({
    service: 'lambda.amazonaws.com',
    roleArn: `arn:aws:iam::000000000000:role/${name}`,
    roleSessionName: name,
    durationSeconds: 900,
  });
  return new S3Client(world.client(session));
}

beforeAll(async () => {
  world = await startWorld();
  world.aws.objects.createBucket(LOCKED, { folder, locks: true });
  s3 = clientOf('archive', allow('s3:*'));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const put = (Key: string, more: Partial<PutObjectCommandInput> = {}, client = s3) =>
  client.send(new PutObjectCommand({ Bucket: LOCKED, Key, Body: 'x', ...more }));

describe('a condition', () => {
  test('If-None-Match: once, and then 412', async () => {
    await put('a', { IfNoneMatch: '*' });
    await expect(put('a', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  test('If-Match: the one that stands there', async () => {
    const { ETag } = await put('b');
    await put('b', { Body: 'y', IfMatch: ETag });
    await expect(put('b', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('c', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('If-None-Match with an ETag is not served', async () => {
    await expect(put('d', { IfNoneMatch: '"x"' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});

describe('a lock', () => {
  test('is kept with the object', async () => {
    await put('locked', LOCK);
    expect(world.aws.objects.get(LOCKED, 'locked')?.lock).toEqual({
      mode: 'GOVERNANCE',
      retainUntil: UNTIL.getTime(),
    });
  });

  test.each([
    { name: 'no mode', more: { ObjectLockRetainUntilDate: UNTIL }, error: 'InvalidArgument' },
    { name: 'no date', more: { ObjectLockMode: 'COMPLIANCE' }, error: 'InvalidArgument' },
    {
      name: 'the past',
      more: { ...LOCK, ObjectLockRetainUntilDate: new Date(NOW) },
      error: 'InvalidArgument',
    },
    { name: 'a bucket that locks nothing', more: { ...LOCK, Bucket: BUCKET }, error: 'InvalidRequest' },
  ] as const)('with $name: $error', async ({ more, error }) => {
    await expect(put('bad', more)).rejects.toMatchObject({ name: error });
  });

  test('needs a right of its own', async () => {
    const narrow = clientOf('narrow', allow('s3:PutObject'));
    await put('narrow', {}, narrow);
    await expect(put('narrow-locked', LOCK, narrow)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:PutObjectRetention'),
    });
  });
});

test('IAM is told of condition, mode and days', async () => {
  const judged = clientOf('judged', allow('s3:*'), {
    Effect: 'Deny',
    Action: 's3:PutObject',
    Resource: '*',
    Condition: { Null: { 's3:if-none-match': 'true' } },
  });
  await put('told', { IfNoneMatch: '*' }, judged);
  await expect(put('untold', {}, judged)).rejects.toMatchObject({ name: 'AccessDenied' });
  const strict = clientOf('strict', allow('s3:*'), {
    Effect: 'Deny',
    Action: 's3:PutObject',
    Resource: '*',
    Condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': '2' } },
  });
  await expect(put('short', LOCK, strict)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test.each(['../escape', 'a/../../b', '/etc/passwd', 'a//b', '.hidden', 'a/.b', 'ü', 'a b', 'a/'])(
  'the key %j is no path in a folder',
  async (key) => {
    await expect(put(key)).rejects.toMatchObject({ name: expect.stringMatching(/./) });
    expect(world.aws.objects.get(LOCKED, key)).toBeNull();
  },
);

test('what was put lies there under its own name, and nothing beside it', async () => {
  await put('tile/0/x000/001.p/7');
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(found.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()).toEqual(
    ['a', 'b', 'locked', 'narrow', 'tile/0/x000/001.p/7', 'told'].sort(),
  );
});
