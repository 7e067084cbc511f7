/** A local AWS with a broker's role, a target role and a bucket, for the tests of this folder. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { PolicyDocument, PolicyStatement } from '../../../core/session/policy-document.ts';
import { createRegistry, type Session } from '../../../local/aws/registry.ts';
import { type AwsOptions, type LocalAws, startAws } from '../../../local/aws/server.ts';

export const NOW = Date.UTC(2026, 10, 24, 11, 0, 0);
export const REGION = 'eu-central-1';
export const BUCKET = 'reports';

export const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});
export const allow = (Action: string | string[], Resource: string | string[] = '*'): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface World {
  readonly aws: LocalAws;
  /** A function's session: it may assume the target role. */
  readonly broker: Session;
  readonly targetArn: string;
  /** The server's clock, milliseconds. */
  readonly clock: { at: number };
  /** What each SDK client is given; its clock goes with the server's. */
  client(credentials: Credentials): ClientConfig;
  /** AssumeRole of the target role by the broker. */
  assume(input?: Partial<AssumeRoleCommandInput>): Promise<Credentials>;
  /** CloudTrail's records so far. */
  events(): Promise<Event[]>;
  close(): Promise<void>;
}

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly systemClockOffset: number;
  readonly maxAttempts: number;
  readonly forcePathStyle: boolean;
}

/** A record as a reader finds it: whatever it is. */
// biome-ignore lint/suspicious/noExplicitAny: assertions look into it by path
export type Event = { readonly [field: string]: any };

export const SESSION_NAME = 'triage+01jd3v9q2m8x7c4b';
export const SOURCE_IDENTITY = 'alice+01jd3v9q2m8x7c4b';

export async function startWorld(options: Partial<AwsOptions> = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'local-aws-'));
  const clock = { at: NOW };
  const now = () => clock.at;
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const registry = options.registry ?? createRegistry({ now, random });
  const service = policy({
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  });
  const broker = registry.putRole({
    name: 'broker',
    trust: service,
    inline: {
      assume: policy(
        allow(
          ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
          'arn:aws:iam::000000000000:role/*',
        ),
      ),
    },
  });
  const target = registry.putRole({
    name: 'reader',
    path: '/writ/',
    maxSessionDuration: 7200,
    trust: policy(
      {
        Effect: 'Allow',
        Principal: { AWS: broker.arn },
        Action: 'sts:AssumeRole',
        Condition: { StringLike: { 'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}' } },
      },
      {
        Effect: 'Allow',
        Principal: { AWS: broker.arn },
        Action: 'sts:TagSession',
        Condition: { StringLike: { 'aws:RequestTag/writ:id': '?*' } },
      },
      { Effect: 'Allow', Principal: { AWS: broker.arn }, Action: 'sts:SetSourceIdentity' },
    ),
    inline: { read: policy(allow(['s3:*', 'bedrock:*', 'dynamodb:*', 'kms:*', 'lambda:*', 'sts:*'])) },
    boundary: policy(
      allow(['s3:Get*', 's3:PutObject', 's3:ListBucket', 'bedrock:*', 'dynamodb:*', 'kms:*', 'lambda:*']),
    ),
  });
  const aws = await startAws({
    port: 0,
    region: REGION,
    cloudtrailDir: dir,
    now,
    random,
    buckets: [BUCKET],
    ...options,
    registry,
  });
  const session = aws.serviceSession({
    service: 'lambda.amazonaws.com',
    roleArn: broker.arn,
    roleSessionName: 'mint',
    functionArn: `arn:aws:lambda:${REGION}:000000000000:function:mint`,
    durationSeconds: 3600,
  });

  const client = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials): ClientConfig => ({
    endpoint: aws.endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    systemClockOffset: clock.at - Date.now(),
    maxAttempts: 1,
    forcePathStyle: true,
  });

  return {
    aws,
    broker: session,
    targetArn: target.arn,
    clock,
    client,
    async assume(input = {}) {
      const sts = new STSClient(client(session));
      const { Credentials } = await sts.send(new AssumeRoleCommand({ ...assumption(target.arn), ...input }));
      return {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      };
    },
    async events() {
      await aws.flush();
      return readTrail(dir);
    },
    async close() {
      await aws.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** The one valid AssumeRole, which each test changes in one place. */
export const assumption = (RoleArn: string): AssumeRoleCommandInput => ({
  RoleArn,
  RoleSessionName: SESSION_NAME,
  SourceIdentity: SOURCE_IDENTITY,
  DurationSeconds: 900,
  Tags: [
    { Key: 'writ:id', Value: '01jd3v9q2m8x7c4b' },
    { Key: 'writ:user', Value: 'local:alice' },
  ],
  TransitiveTagKeys: ['writ:id'],
});

/** Oldest first: their names tell the minute, and nothing within it. */
export function trailFiles(dir: string): string[] {
  const age = (name: string) => statSync(join(dir, name)).mtimeMs;
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json.gz'))
    .sort((one, other) => age(one) - age(other));
}

export const readTrail = (dir: string): Event[] =>
  trailFiles(dir).flatMap((name) => JSON.parse(gunzipSync(readFileSync(join(dir, name))).toString()).Records);
