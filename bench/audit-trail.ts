/** A trail of made-up events in the shapes that CloudTrail delivers: mostly other people's, some of brokered sessions. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { numbers } from './audit-numbers.ts';

export const TRAIL_ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
/** The first second of the trail, NumericDate. */
export const TRAIL_FROM = 1_780_000_000;

/** A session whose calls are in the trail. */
export interface Session {
  readonly writ: string;
  readonly handle: string;
  readonly role: string;
  readonly roleId: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly issuedAt: number;
  readonly deadline: number;
}

export interface TrailPlan {
  readonly files: number;
  readonly eventsInFile: number;
  /** Of a thousand events, how many are of brokered sessions. */
  readonly brokered: number;
  readonly sessions: readonly Session[];
}

type Random = ReturnType<typeof numbers>;

/** Writes `<files>` gzip files below CloudTrail's own path. @returns one event id of a session. */
export async function writeTrail(folder: string, plan: TrailPlan): Promise<string> {
  const random = numbers(7);
  const dir = join(folder, 'AWSLogs', TRAIL_ACCOUNT, 'CloudTrail', REGION, '2026', '05', '28');
  await mkdir(dir, { recursive: true });
  const mints = plan.sessions.map((session) => mintEvent(session, random));
  let known = '';
  for (let file = 0; file < plan.files; file++) {
    const records: object[] = [];
    for (let at = 0; at < plan.eventsInFile; at++) {
      const mint = mints[file * plan.eventsInFile + at];
      const session = plan.sessions[random.below(plan.sessions.length)];
      if (mint !== undefined) records.push(mint);
      else if (session !== undefined && random.below(1000) < plan.brokered) {
        const event = sessionEvent(session, random);
        known = event.eventID;
        records.push(event);
      } else records.push(otherEvent(file, random));
    }
    const name = `${TRAIL_ACCOUNT}_CloudTrail_${REGION}_20260528T2005Z_${String(file).padStart(16, '0')}.json.gz`;
    await writeFile(join(dir, name), gzipSync(JSON.stringify({ Records: records })));
  }
  return known;
}

const trailTime = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const SPELLED = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});
const spelled = (seconds: number): string => SPELLED.format(seconds * 1000).replaceAll('\u202f', ' ');

const TLS = {
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
};

function common(random: Random, at: number, service: string, name: string, data: boolean) {
  return {
    eventTime: trailTime(at),
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: REGION,
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: !data,
    recipientAccountId: TRAIL_ACCOUNT,
    eventCategory: data ? 'Data' : 'Management',
    tlsDetails: { ...TLS, clientProvidedHostHeader: `${service}.${REGION}.amazonaws.com` },
  };
}

function mintEvent(session: Session, random: Random): object {
  const name = `${session.handle}+${session.writ}`;
  return {
    eventVersion: '1.11',
    userIdentity: assumed('writ-mint', 'AROAEXAMPLEMINTROLE01', 'writ-mint', random, null),
    ...common(random, session.issuedAt, 'sts', 'AssumeRole', false),
    requestID: session.requestId,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-sdk-js/3.1173.0 ua/2.1 os/linux lang/js md/nodejs#24.21.0 api/sts#3.1173.0',
    requestParameters: {
      roleArn: session.role,
      roleSessionName: name,
      sourceIdentity: name,
      durationSeconds: 900,
      tags: [
        { key: 'writ:user', value: 'idp:alice' },
        { key: 'writ:task', value: 'FIN-1234' },
      ],
    },
    responseElements: {
      credentials: {
        accessKeyId: session.accessKeyId,
        sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
        expiration: spelled(session.deadline),
      },
      assumedRoleUser: {
        assumedRoleId: `${session.roleId}:${name}`,
        arn: `arn:aws:sts::${TRAIL_ACCOUNT}:assumed-role/${session.role.split('/').at(-1)}/${name}`,
      },
      sourceIdentity: name,
    },
    resources: [{ accountId: TRAIL_ACCOUNT, type: 'AWS::IAM::Role', ARN: session.role }],
  };
}

function sessionEvent(session: Session, random: Random) {
  const at = session.issuedAt + random.below(session.deadline - session.issuedAt);
  const name = `${session.handle}+${session.writ}`;
  return {
    eventVersion: '1.11',
    userIdentity: {
      ...assumed(session.role.split('/').slice(1).join('/'), session.roleId, name, random, name),
      accessKeyId: session.accessKeyId,
    },
    ...common(random, at, 's3', 'GetObject', true),
    sourceIPAddress: '203.0.113.9',
    userAgent: '[aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.7]',
    requestParameters: { bucketName: 'tickets', key: `2026/${random.hex(12)}.json`, Host: 'tickets.s3' },
    responseElements: null,
    additionalEventData: bytesMoved(random),
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::tickets/2026/${random.hex(12)}.json` },
      { accountId: TRAIL_ACCOUNT, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::tickets' },
    ],
  };
}

const bytesMoved = (random: Random): object => ({
  SignatureVersion: 'SigV4',
  CipherSuite: TLS.cipherSuite,
  bytesTransferredIn: 0,
  AuthenticationMethod: 'AuthHeader',
  'x-amz-id-2': random.hex(48),
  bytesTransferredOut: random.below(100_000),
});

const OTHERS = ['s3', 'ec2', 'kms', 'dynamodb', 'lambda', 'logs'] as const;

function otherEvent(file: number, random: Random): object {
  const at = TRAIL_FROM + file * 17 + random.below(3600);
  const service = OTHERS[random.below(OTHERS.length)] ?? 's3';
  const role = `service-role/app-${random.below(40)}`;
  return {
    eventVersion: '1.11',
    userIdentity: assumed(
      role,
      `AROAEXAMPLE${random.hex(10).toUpperCase()}`,
      `i-${random.hex(17)}`,
      random,
      null,
    ),
    ...common(random, at, service, service === 'ec2' ? 'DescribeInstances' : 'GetItem', service === 's3'),
    sourceIPAddress: `10.0.${random.below(250)}.${random.below(250)}`,
    userAgent: 'aws-sdk-java/2.33.0 Linux/5.10.240 OpenJDK_64-Bit_Server_VM/21.0.8 vendor/Amazon.com',
    requestParameters: {
      tableName: `orders-${random.below(9)}`,
      key: { pk: random.hex(24), sk: random.hex(24) },
      filterSet: { items: [{ name: 'tag:Name', valueSet: { items: [{ value: random.hex(20) }] } }] },
    },
    responseElements: null,
    additionalEventData: bytesMoved(random),
    resources: [
      {
        accountId: TRAIL_ACCOUNT,
        type: 'AWS::DynamoDB::Table',
        ARN: `arn:aws:dynamodb:${REGION}:${TRAIL_ACCOUNT}:table/orders`,
      },
    ],
  };
}

function assumed(
  role: string,
  roleId: string,
  session: string,
  random: Random,
  sourceIdentity: string | null,
) {
  const name = role.split('/').at(-1) ?? role;
  return {
    type: 'AssumedRole',
    principalId: `${roleId}:${session}`,
    arn: `arn:aws:sts::${TRAIL_ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: TRAIL_ACCOUNT,
    accessKeyId: `ASIA${random.hex(16).toUpperCase()}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId,
        arn: `arn:aws:iam::${TRAIL_ACCOUNT}:role/${role}`,
        accountId: TRAIL_ACCOUNT,
        userName: name,
      },
      attributes: { creationDate: trailTime(TRAIL_FROM), mfaAuthenticated: 'false' },
      ...(sourceIdentity === null ? {} : { sourceIdentity }),
    },
  };
}
