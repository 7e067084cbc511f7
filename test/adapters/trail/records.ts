/** Records in the shapes that AWS documents and delivers, and files of them: each test changes one thing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export type Json = { readonly [name: string]: unknown };

/** A session of a role, calling S3: a data event. */
export const getObject = (change: Json = {}): Json => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAREPORTSREPORTS1:code-agent+01jd3v9q2m8x7c4b',
    arn: 'arn:aws:sts::444455556666:assumed-role/reports/code-agent+01jd3v9q2m8x7c4b',
    accountId: '444455556666',
    accessKeyId: 'ASIAREPORTSREPORTS1',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAREPORTSREPORTS1',
        arn: 'arn:aws:iam::444455556666:role/writ/reports',
        accountId: '444455556666',
        userName: 'reports',
      },
      attributes: { creationDate: '2026-05-28T20:04:00Z', mfaAuthenticated: 'false' },
      sourceIdentity: 'alice+01jd3v9q2m8x7c4b',
    },
  },
  eventTime: '2026-05-28T20:05:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-central-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: '[aws-cli/2.31.0]',
  requestParameters: { bucketName: 'figures', key: 'may.csv' },
  responseElements: null,
  requestID: 'QY9EXAMPLE',
  eventID: 'e0000000-0000-4000-8000-000000000001',
  readOnly: true,
  resources: [
    { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::figures/may.csv' },
    { accountId: '444455556666', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::figures' },
  ],
  eventType: 'AwsApiCall',
  managementEvent: false,
  recipientAccountId: '444455556666',
  sharedEventID: 's0000000-0000-4000-8000-000000000001',
  vpcEndpointId: 'vpce-0a1b2c3d',
  eventCategory: 'Data',
  ...change,
});

/** The mint of that session, as the broker's account has it. */
export const assumeRole = (change: Json = {}): Json => ({
  ...getObject(),
  eventID: 'e0000000-0000-4000-8000-000000000002',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  managementEvent: true,
  eventCategory: 'Management',
  requestParameters: {
    roleArn: 'arn:aws:iam::444455556666:role/writ/reports',
    roleSessionName: 'code-agent+01jd3v9q2m8x7c4b',
    sourceIdentity: 'alice+01jd3v9q2m8x7c4b',
    durationSeconds: 900,
    tags: [
      { key: 'writ:user', value: 'idp:alice' },
      { key: '__proto__', value: 'a key like any other' },
    ],
    transitiveTagKeys: ['writ:user'],
  },
  responseElements: {
    credentials: {
      accessKeyId: 'ASIAREPORTSREPORTS1',
      sessionToken: 'FwoGZXIvYXdzSECRET',
      expiration: 'May 28, 2026, 8:19:00 PM',
    },
    assumedRoleUser: {
      assumedRoleId: 'AROAREPORTSREPORTS1:code-agent+01jd3v9q2m8x7c4b',
      arn: 'arn:aws:sts::444455556666:assumed-role/reports/code-agent+01jd3v9q2m8x7c4b',
    },
    sourceIdentity: 'alice+01jd3v9q2m8x7c4b',
    packedPolicySize: 12,
  },
  ...change,
});

/** Delivered by EventBridge. */
export const envelope = (detail: unknown): Json => ({
  version: '0',
  id: 'b0000000-0000-4000-8000-000000000001',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.s3',
  account: '444455556666',
  time: '2026-05-28T20:05:00Z',
  region: 'eu-central-1',
  resources: [],
  detail,
});

export const recordsFile = (...records: readonly unknown[]): string => JSON.stringify({ Records: records });

/** A folder that is gone after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'writ-trail-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let written = 0;
export function writeFile(folder: string, content: string | Uint8Array, { gzip = false } = {}): string {
  const path = join(folder, `${String(written++).padStart(6, '0')}.json`);
  writeFileSync(path, gzip ? gzipSync(content) : content);
  return path;
}
