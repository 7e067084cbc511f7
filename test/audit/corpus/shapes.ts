/** CloudTrail records in the shapes that AWS documents and that public sets show, as plain JSON. */
import { type Chance, UPPER } from './chance.ts';
import type { Session } from './writs.ts';

export type Json = string | number | boolean | null | { readonly [key: string]: Json } | readonly Json[];
export interface Raw {
  readonly [field: string]: Json;
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly eventSource: string;
}

export const trailTime = (numericDate: number): string =>
  `${new Date(numericDate * 1000).toISOString().slice(0, 19)}Z`;

const AGENTS = [
  'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.7',
  'Boto3/1.40.45 md/Botocore#1.40.45 ua/2.1 os/macos#24.6.0 lang/python#3.12.3',
  'aws-sdk-js/3.901.0 ua/2.1 os/linux#6.8 lang/js md/nodejs#24.9.0 api/s3#3.901.0 m/E',
  '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750]',
] as const;

interface Service {
  readonly source: string;
  readonly name: string;
  readonly data: boolean;
  readonly readOnly: boolean;
  readonly parameters: Json;
  /** What it says where it refuses. */
  readonly refused: string;
}

const service = (source: string, name: string, parameters: Json, more: Partial<Service> = {}): Service => ({
  source: `${source}.amazonaws.com`,
  name,
  data: false,
  readOnly: true,
  parameters,
  refused: 'AccessDenied',
  ...more,
});

const SERVICES: readonly Service[] = [
  service(
    's3',
    'GetObject',
    { bucketName: 'acme-reports', key: 'q3/figures.csv', Host: 'acme-reports.s3.amazonaws.com' },
    { data: true },
  ),
  service(
    's3',
    'PutObject',
    { bucketName: 'acme-reports', key: 'q3/summary.md' },
    { data: true, readOnly: false },
  ),
  service('s3', 'ListObjects', { bucketName: 'acme-reports', prefix: 'q3/', 'list-type': '2' }),
  service(
    'dynamodb',
    'GetItem',
    { tableName: 'tickets', key: { id: { s: 'FIN-1' } } },
    { data: true, refused: 'AccessDeniedException' },
  ),
  service('dynamodb', 'Query', { tableName: 'tickets' }, { data: true, refused: 'AccessDeniedException' }),
  service(
    'lambda',
    'Invoke20150331v2',
    { functionName: 'summarise', invocationType: 'RequestResponse' },
    { data: true, readOnly: false, refused: 'AccessDeniedException' },
  ),
  service(
    'ec2',
    'DescribeInstances',
    { instancesSet: {}, filterSet: {} },
    { refused: 'Client.UnauthorizedOperation' },
  ),
  service('kms', 'Decrypt', {
    encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::acme-reports' },
  }),
  service('logs', 'FilterLogEvents', null, { refused: 'AccessDeniedException' }),
  service('sts', 'GetCallerIdentity', null),
];

/** Errors of calls that were let through: there was no such thing, or too much of it. */
const LET_THROUGH = [
  null,
  null,
  null,
  null,
  null,
  'NoSuchKey',
  'ThrottlingException',
  'ValidationException',
] as const;

interface Call {
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly identity: Json;
}

/** One record, with what varies between AWS's own. */
export function record(by: Chance, call: Call, of: Service, errorCode: string | null): Raw {
  return {
    eventVersion: by.one(['1.08', '1.09', '1.10', '1.11']),
    userIdentity: call.identity,
    eventTime: trailTime(call.at),
    eventSource: of.source,
    eventName: of.name,
    awsRegion: call.region,
    sourceIPAddress: call.address,
    userAgent: by.one(AGENTS),
    ...(errorCode === null ? {} : { errorCode, errorMessage: `${errorCode} when calling ${of.name}` }),
    requestParameters: errorCode === 'AccessDenied' && of.source.startsWith('sts') ? null : of.parameters,
    responseElements: null,
    ...(of.source.startsWith('s3')
      ? {
          additionalEventData: {
            SignatureVersion: 'SigV4',
            bytesTransferredOut: by.number(0, 9999),
            'x-amz-id-2': by.text(UPPER, 24),
          },
        }
      : {}),
    requestID: by.uuid(),
    eventID: by.uuid(),
    readOnly: of.readOnly,
    ...(of.data
      ? {
          resources: [{ accountId: call.account, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::acme-reports' }],
        }
      : {}),
    eventType: 'AwsApiCall',
    managementEvent: !of.data,
    recipientAccountId: call.account,
    eventCategory: of.data ? 'Data' : 'Management',
    ...(by.number(0, 3) === 0
      ? {
          tlsDetails: {
            tlsVersion: 'TLSv1.3',
            cipherSuite: 'TLS_AES_128_GCM_SHA256',
            clientProvidedHostHeader: of.source,
          },
        }
      : {}),
  };
}

/** `userIdentity` of a brokered session. */
export const sessionIdentity = (session: Session): { readonly [key: string]: Json } => ({
  type: 'AssumedRole',
  principalId: `${session.roleId}:${session.sessionName}`,
  arn: `arn:aws:sts::${session.account}:assumed-role/${roleName(session.role)}/${session.sessionName}`,
  accountId: session.account,
  accessKeyId: session.accessKeyId,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: session.roleId,
      arn: session.role,
      accountId: session.account,
      userName: roleName(session.role),
    },
    webIdFederationData: {},
    attributes: { mfaAuthenticated: 'false', creationDate: trailTime(session.issuedAt) },
    sourceIdentity: session.sourceIdentity,
  },
});

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** A call that a session made and AWS let through, or refused. */
export function use(
  by: Chance,
  session: Session,
  at: number,
  outcome: 'let through' | 'refused' = 'let through',
): Raw {
  const of = by.one(SERVICES);
  const call = {
    at,
    account: session.account,
    region: session.region,
    address: session.address,
    identity: sessionIdentity(session),
  };
  // GetCallerIdentity needs no permission: nobody is refused it.
  if (outcome === 'refused') {
    const refusable = of.name === 'GetCallerIdentity' ? by.one(SERVICES.slice(0, 5)) : of;
    return record(by, call, refusable, refusable.refused);
  }
  return record(by, call, of, by.one(LET_THROUGH));
}

/** The mint's AssumeRole, in the trail of the account whose role it is. */
export function mint(by: Chance, session: Session): Raw {
  const made = record(
    by,
    {
      at: session.issuedAt,
      account: session.account,
      region: session.region,
      address: '203.0.113.9',
      identity: {
        type: 'AssumedRole',
        principalId: 'AROAMINTMINTMINTMINT1:writ-mint',
        arn: 'arn:aws:sts::111122223333:assumed-role/writ-mint/writ-mint',
        accountId: '111122223333',
        accessKeyId: 'ASIAMINTMINTMINTMINT',
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: 'AROAMINTMINTMINTMINT1',
            arn: 'arn:aws:iam::111122223333:role/writ-mint',
            accountId: '111122223333',
            userName: 'writ-mint',
          },
          attributes: { mfaAuthenticated: 'false', creationDate: trailTime(session.issuedAt - 900) },
        },
      },
    },
    service('sts', 'AssumeRole', null),
    null,
  );
  const expiration = new Date(
    (session.issuedAt + Math.max(900, session.deadline - session.issuedAt + 1)) * 1000,
  );
  return {
    ...made,
    requestID: session.requestId,
    requestParameters: {
      roleArn: session.role,
      roleSessionName: session.sessionName,
      durationSeconds: 900,
      sourceIdentity: session.sourceIdentity,
      tags: [
        { key: 'writ:id', value: session.writ },
        { key: 'writ:user', value: session.user },
      ],
      transitiveTagKeys: ['writ:id', 'writ:user'],
    },
    responseElements: {
      credentials: {
        accessKeyId: session.accessKeyId,
        sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLETOKEN',
        expiration: expiration
          .toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
          .replaceAll('\u202f', ' '),
      },
      assumedRoleUser: {
        assumedRoleId: `${session.roleId}:${session.sessionName}`,
        arn: `arn:aws:sts::${session.account}:assumed-role/${roleName(session.role)}/${session.sessionName}`,
      },
      packedPolicySize: 31,
      sourceIdentity: session.sourceIdentity,
    },
    resources: [{ accountId: session.account, type: 'AWS::IAM::Role', ARN: session.role }],
  };
}

/** What else goes on in an account: people, services, other roles. None of it is Writ's. */
export function bystander(by: Chance, at: number, account: string): Raw {
  const call = { at, account, region: 'eu-central-1', address: `203.0.113.${by.number(1, 254)}` };
  const of = by.one(SERVICES);
  const identity = by.one<Json>([
    {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEEXAMPLE01',
      arn: `arn:aws:iam::${account}:user/ops`,
      accountId: account,
      accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
      userName: 'ops',
    },
    { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account },
    { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    { type: 'AWSAccount', principalId: 'AIDAOTHEROTHEROTHER1', accountId: '999900001111' },
    otherRole(account, `arn:aws:iam::${account}:role/deploy`, 'deploy'),
    otherRole(
      account,
      `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      'AutoScaling',
    ),
    otherRole(account, `arn:aws:iam::${account}:role/writ-parts/canary`, 'canary+control'),
    { type: 'Unknown', principalId: '', arn: '', accountId: account },
    {
      type: 'IdentityCenterUser',
      accountId: account,
      onBehalfOf: {
        userId: '544894e8-80c1-707f-60e3-3ba6510dfac1',
        identityStoreArn: `arn:aws:identitystore::${account}:identitystore/d-9067642ac7`,
      },
      credentialId: 'EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFVllWR_Whr1fEXAMPLE',
    },
  ]);
  return record(by, { ...call, identity }, of, by.one(LET_THROUGH));
}

/** A session of a role that Writ does not broker. */
export const otherRole = (
  account: string,
  role: string,
  sessionName: string,
  accessKeyId = 'ASIAOTHEROTHEROTHER1',
): Json => ({
  type: 'AssumedRole',
  principalId: `AROAOTHEROTHEROTHER1:${sessionName}`,
  arn: `arn:aws:sts::${account}:assumed-role/${roleName(role)}/${sessionName}`,
  accountId: account,
  accessKeyId,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAOTHEROTHEROTHER1',
      arn: role,
      accountId: account,
      userName: roleName(role),
    },
    attributes: { mfaAuthenticated: 'false', creationDate: trailTime(1_795_392_000) },
  },
});

/** An AI service, called with a key that never ends. */
export const standing = (by: Chance, at: number, account: string): Raw =>
  record(
    by,
    {
      at,
      account,
      region: 'us-east-1',
      address: `203.0.113.${by.number(1, 254)}`,
      identity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLEEXAMPLE02',
        arn: `arn:aws:iam::${account}:user/bot`,
        accountId: account,
        accessKeyId: 'AKIAEXAMPLEEXAMPLE02',
        userName: 'bot',
      },
    },
    service('bedrock', 'InvokeModel', { modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' }),
    null,
  );
