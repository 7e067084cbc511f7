import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import { allow, BUCKET, NOW, policy, SESSION_NAME, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const seed = { contentType: 'text/csv', metadata: {}, lastModified: NOW };
  world.aws.objects.put(BUCKET, { key: 'q3/figures.csv', bytes: Buffer.from('a,b\n1,2\n'), ...seed });
  world.aws.objects.put(BUCKET, { key: 'q4/figures.csv', bytes: Buffer.from('secret'), ...seed });
});
beforeEach(() => {
  world.clock.at = NOW;
});
afterAll(() => world.close());

const USER = `User: arn:aws:sts::000000000000:assumed-role/reader/${SESSION_NAME}`;
const Q3 = `arn:aws:s3:::${BUCKET}/q3/*`;

const deny = (Condition: PolicyStatement['Condition']): PolicyStatement => ({
  ...allow('*'),
  Effect: 'Deny',
  ...(Condition === undefined ? {} : { Condition }),
});

async function s3With(...statements: PolicyStatement[]): Promise<S3Client> {
  const session = await world.assume({ Policy: JSON.stringify(policy(...statements)) });
  return new S3Client(world.client(session));
}
const get = (s3: S3Client, Key = 'q3/figures.csv') => s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const refusal = (message: string) => ({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 }, message });

test('what role, boundary and session policy all allow is served', async () => {
  const answer = await get(await s3With(allow('s3:GetObject', Q3)));
  expect(await answer.Body?.transformToString()).toBe('a,b\n1,2\n');
  expect(answer).toMatchObject({ ContentType: 'text/csv', ContentLength: 8 });
});

test('outside the session policy', async () => {
  await expect(get(await s3With(allow('s3:GetObject', Q3)), 'q4/figures.csv')).rejects.toMatchObject(
    refusal(
      `${USER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${BUCKET}/q4/figures.csv" because no session policy allows the s3:GetObject action`,
    ),
  );
});

test('outside the boundary, whatever role and session policy allow', async () => {
  const { registry } = world.aws;
  const role = registry.roleByArn(world.targetArn);
  if (role === null) throw new Error('no role');
  registry.putRole({ ...role, boundary: policy(allow('s3:ListBucket')) });
  const s3 = await s3With(allow('s3:GetObject', Q3));
  await expect(get(s3)).rejects.toMatchObject(
    refusal(
      `${USER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${BUCKET}/q3/figures.csv" because no permissions boundary allows the s3:GetObject action`,
    ),
  );
  registry.putRole(role);
});

test('a deny policy attached to the role ends sessions that it already has', async () => {
  const { registry } = world.aws;
  const s3 = await s3With(allow('s3:GetObject', Q3));
  await get(s3);
  const document = policy(deny({ StringLike: { 'aws:SourceIdentity': '*+01jd3v9q2m8x7c4b' } }));
  const { arn } = registry.policies.create({ name: 'deny', path: '/', document: JSON.stringify(document) });
  registry.policies.attach(arn, 'reader');
  await expect(get(s3)).rejects.toMatchObject({
    message: expect.stringContaining('with an explicit deny in an identity-based policy'),
  });
  registry.policies.detach(arn, 'reader');
  await get(s3);
});

test('the deadline in the session policy ends the session, whatever STS says', async () => {
  const deadline = new Date(NOW + 5000).toISOString().replace('.000', '');
  const s3 = await s3With(
    allow('s3:GetObject', Q3),
    deny({ DateGreaterThanEquals: { 'aws:CurrentTime': deadline } }),
  );
  world.clock.at = NOW + 4999;
  await get(s3);
  world.clock.at = NOW + 5000;
  await expect(get(s3)).rejects.toMatchObject(
    refusal(
      `${USER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${BUCKET}/q3/figures.csv" with an explicit deny in a session policy`,
    ),
  );
});

test.each([
  { place: '192.0.2.0/24', served: false },
  { place: '127.0.0.0/8', served: true },
])('from the loopback, a session for $place: served $served', async ({ place, served }) => {
  const s3 = await s3With(
    allow('s3:GetObject', Q3),
    deny({ NotIpAddress: { 'aws:SourceIp': place }, Bool: { 'aws:ViaAWSService': 'false' } }),
  );
  await (served
    ? expect(get(s3)).resolves.toBeDefined()
    : expect(get(s3)).rejects.toMatchObject({ name: 'AccessDenied' }));
});

test('an expired session', async () => {
  const session = await world.assume();
  world.clock.at = NOW + 900_000;
  await expect(get(new S3Client(world.client(session)))).rejects.toMatchObject({
    name: 'ExpiredToken',
    $metadata: { httpStatusCode: 400 },
  });
});

test('tags and prefix are condition keys', async () => {
  const s3 = await s3With({
    ...allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`),
    Condition: {
      StringLike: { 's3:prefix': 'q3/*' },
      StringEquals: { 'aws:PrincipalTag/writ:user': 'local:alice', 'aws:PrincipalType': 'AssumedRole' },
    },
  });
  const list = (Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  expect((await list('q3/')).Contents).toMatchObject([{ Key: 'q3/figures.csv', Size: 8 }]);
  await expect(list('')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(
    s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'q3/x', Body: 'x' })),
  ).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});
