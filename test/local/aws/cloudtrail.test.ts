import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allow,
  BUCKET,
  type Credentials,
  type Event,
  NOW,
  policy,
  REGION,
  SESSION_NAME,
  SOURCE_IDENTITY,
  startWorld,
  trailFiles,
  type World,
} from './world.ts';

const dir = mkdtempSync(join(tmpdir(), 'local-trail-'));
const POLICY = JSON.stringify(policy(allow('s3:GetObject', `arn:aws:s3:::${BUCKET}/q3/*`)));
let world: World;
let session: Credentials;
let events: Event[];
beforeAll(async () => {
  world = await startWorld({ cloudtrailDir: dir });
  session = await world.assume({ Policy: POLICY });
  await expect(world.assume({ RoleSessionName: 'triage+other' })).rejects.toThrow();
  const s3 = new S3Client(world.client(session));
  world.aws.objects.put(BUCKET, {
    key: 'q3/a',
    bytes: Buffer.from('a'),
    contentType: 'text/plain',
    metadata: {},
    lastModified: NOW,
  });
  await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'q3/a' }));
  await expect(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'q4/a' }))).rejects.toThrow();
  await world.aws.flush();
  const { readTrail } = await import('./world.ts');
  events = readTrail(dir);
});
afterAll(async () => {
  await world.close();
  rmSync(dir, { recursive: true });
});

const named = (eventName: string, denied = false): Event => {
  const found = events.find(
    (event) =>
      event.eventName === eventName &&
      'errorCode' in event === denied &&
      event.userIdentity.type === 'AssumedRole',
  );
  if (found === undefined) throw new Error(`no ${eventName}`);
  return found;
};

test('files lie where CloudTrail puts them, and no half of one', () => {
  for (const file of trailFiles(dir)) {
    expect(file).toMatch(
      new RegExp(
        `^AWSLogs/000000000000/CloudTrail/${REGION}/2026/11/24/000000000000_CloudTrail_${REGION}_20261124T1100Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
      ),
    );
  }
  expect(
    readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.partial')),
  ).toEqual([]);
});

test('an AssumeRole event has all that an audit joins on, and never the secret', () => {
  const event = named('AssumeRole');
  expect(event).toMatchObject({
    eventVersion: '1.11',
    eventTime: '2026-11-24T11:00:00Z',
    eventSource: 'sts.amazonaws.com',
    awsRegion: REGION,
    sourceIPAddress: '127.0.0.1',
    userAgent: expect.stringContaining('aws-sdk-js'),
    readOnly: true,
    eventType: 'AwsApiCall',
    eventCategory: 'Management',
    managementEvent: true,
    recipientAccountId: '000000000000',
    userIdentity: {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::000000000000:assumed-role/broker/mint',
      accessKeyId: world.broker.accessKeyId,
      inScopeOf: { issuerType: 'AWS::Lambda::Function' },
      sessionContext: {
        sessionIssuer: { userName: 'broker' },
        attributes: { creationDate: '2026-11-24T11:00:00Z' },
      },
    },
    requestParameters: {
      roleArn: world.targetArn,
      roleSessionName: SESSION_NAME,
      sourceIdentity: SOURCE_IDENTITY,
      durationSeconds: 900,
      policy: POLICY,
      tags: [
        { key: 'writ:id', value: '01jd3v9q2m8x7c4b' },
        { key: 'writ:user', value: 'local:alice' },
      ],
      transitiveTagKeys: ['writ:id'],
    },
    responseElements: {
      credentials: {
        accessKeyId: session.accessKeyId,
        sessionToken: session.sessionToken,
        expiration: 'Nov 24, 2026, 11:15:00 AM',
      },
      assumedRoleUser: { arn: `arn:aws:sts::000000000000:assumed-role/reader/${SESSION_NAME}` },
      sourceIdentity: SOURCE_IDENTITY,
    },
    resources: [{ accountId: '000000000000', type: 'AWS::IAM::Role', ARN: world.targetArn }],
  });
  expect(event).not.toHaveProperty('tlsDetails');
  expect(JSON.stringify(events)).not.toContain(session.secretAccessKey);
  expect(JSON.stringify(events)).not.toContain(world.broker.secretAccessKey);
});

test('a later event of the session says its name and source identity, and no tag', () => {
  const event = named('GetObject');
  expect(event).toMatchObject({
    eventSource: 's3.amazonaws.com',
    eventCategory: 'Data',
    managementEvent: false,
    userIdentity: {
      principalId: expect.stringMatching(/^AROALOCAL\w{12}:triage\+01jd3v9q2m8x7c4b$/),
      accessKeyId: session.accessKeyId,
      sessionContext: { sourceIdentity: SOURCE_IDENTITY, sessionIssuer: { arn: world.targetArn } },
    },
    requestParameters: { bucketName: BUCKET, key: 'q3/a' },
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${BUCKET}/q3/a` },
      { type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${BUCKET}`, accountId: '000000000000' },
    ],
  });
  expect(event).not.toHaveProperty('errorCode');
  expect(JSON.stringify(event)).not.toContain('writ:user');
});

test('refusals are events too', () => {
  expect(named('GetObject', true)).toMatchObject({
    errorCode: 'AccessDenied',
    errorMessage: expect.stringContaining('because no session policy allows the s3:GetObject action'),
    responseElements: null,
  });
  expect(named('AssumeRole', true)).toMatchObject({ errorCode: 'AccessDenied', responseElements: null });
});

test('the role that Lambda took is an event of the service', () => {
  expect(events.find(({ userIdentity }) => userIdentity.type === 'AWSService')).toMatchObject({
    eventName: 'AssumeRole',
    sourceIPAddress: 'lambda.amazonaws.com',
    userIdentity: { invokedBy: 'lambda.amazonaws.com' },
    requestParameters: { roleSessionName: 'mint' },
  });
});

test('ids are unique, and flushing twice writes nothing twice', async () => {
  const before = trailFiles(dir).length;
  await world.aws.flush();
  expect(trailFiles(dir)).toHaveLength(before);
  expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(events.length);
});
