/**
 * The whole of Writ on one machine: real parts wherever there are any, `local/aws` where AWS would be.
 *
 * All that it writes is below one folder: CloudTrail files, logs, the bundle, keys and `local.json` (both 0600).
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Tables, tableDefinitions } from '../adapters/tables.ts';
import { createRegistry, type Session } from './aws/registry.ts';
import { type LocalAws, startAws } from './aws/server.ts';
import { functionSpecs, putRoles } from './deploy.ts';
import { startDynamoDb } from './dynoxide.ts';
import { functionArn } from './function-roles.ts';
import { startFunctions } from './functions.ts';
import { startGateway } from './gateway.ts';
import { startIdp, TEST_USERS } from './idp.ts';
import { type LocalFile, writeLocalFile } from './local-file.ts';
import { type Mdm, startMdm } from './mdm.ts';
import { type Platform, startPlatform } from './platform.ts';
import { buildLocalPolicy } from './policy.ts';
import type { Ports } from './ports.ts';
import { readyDevice } from './ready-device.ts';
import { seed } from './seed.ts';
import { startStreamFeed } from './stream-feed.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const TABLES: Tables = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };
const ENROLMENT_ALIAS = 'writ-enrolment';
/** As long as a function's credentials can be at AWS; they are renewed before. */
const FUNCTION_SESSION_SECONDS = 3600;
/** The engine behind the tables checks nobody: it listens on the loopback only. */
const NOBODY = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface StackOptions {
  /** The repository: where `config/`, `local/config/` and `dist/` are. */
  readonly root: string;
  /** Where it writes; what an earlier run left there is removed. */
  readonly dir: string;
  readonly ports: Ports;
  readonly env: NodeJS.ProcessEnv;
  /** Told, in a sentence, of what goes wrong in the background. */
  readonly onTrouble: (what: string) => void;
}

export interface Stack {
  readonly local: LocalFile;
  /** Path of `local.json`. */
  readonly file: string;
  readonly aws: LocalAws;
  readonly dynamodb: DynamoDBClient;
  readonly mdm: Mdm;
  readonly ci: Platform;
  /** Invokes a function that no stranger reaches: the sweep. */
  readonly invoke: (name: string, event: unknown) => Promise<unknown>;
  /** Stops what was started, newest first. */
  readonly close: () => Promise<void>;
}

interface Part {
  close(): Promise<void>;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const parts: Part[] = [];
  const close = async (): Promise<void> => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) await part.close();
  };
  try {
    return { ...(await start(options, parts)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: StackOptions, parts: Part[]): Promise<Omit<Stack, 'close'>> {
  const { root, dir, ports, env } = options;
  const keep = async <T extends Part>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    parts.push(part);
    return part;
  };
  const paths = await freshFolder(dir);

  // Outside Writ: who signs in, who vouches for devices and workloads, and the database engine.
  const idp = await keep(startIdp({ port: ports.idp }));
  const mdm = await keep(startMdm({ port: ports.mdm }));
  const ci = await keep(startPlatform({ port: ports.ci }));
  const engine = await keep(startDynamoDb(ports.dynamodb, env));
  const toEngine = { region: REGION, endpoint: engine.endpoint, credentials: NOBODY };
  const dynamodb = new DynamoDBClient(toEngine);
  const streams = new DynamoDBStreamsClient(toEngine);
  parts.push(closing(dynamodb), closing(streams));
  for (const definition of tableDefinitions(TABLES)) await dynamodb.send(new CreateTableCommand(definition));

  // What a deploy does: configuration, functions, roles.
  const broker = loopback(ports.broker);
  const bundle = await buildLocalPolicy(root, paths.bundles, {
    LOCAL_BROKER: broker,
    LOCAL_ISSUER: idp.issuer,
    LOCAL_MDM: mdm.issuer,
    LOCAL_CI: ci.issuer,
  });
  await writeFile(paths.nonceKeys, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const registry = createRegistry({ now: Date.now, random: randomBytes });
  const takeRole = (name: string, roleArn: string): Session =>
    aws.serviceSession({
      service: 'lambda.amazonaws.com',
      roleArn,
      roleSessionName: name,
      functionArn: functionArn({ account: ACCOUNT, region: REGION }, name),
      durationSeconds: FUNCTION_SESSION_SECONDS,
    });
  const functions = startFunctions({
    region: REGION,
    logsDir: paths.logs,
    credentials: takeRole,
    functions: functionSpecs(root, ACCOUNT, {
      AWS_ENDPOINT_URL: loopback(ports.aws),
      AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
      WRIT_PUBLIC_URL: broker,
      WRIT_BUNDLE_FILE: bundle.file,
      WRIT_BUNDLE_SHA256: bundle.hash,
      WRIT_LEDGER_TABLE: TABLES.ledger,
      WRIT_PEOPLE_TABLE: TABLES.people,
      WRIT_CONTROL_TABLE: TABLES.control,
      WRIT_MINT_FUNCTION: 'writ-mint',
      WRIT_NONCE_KEYS: `file:${paths.nonceKeys}`,
      WRIT_ENROLMENT_KEY: `alias/${ENROLMENT_ALIAS}`,
    }),
  });
  const aws: LocalAws = await keep(
    startAws({
      port: ports.aws,
      region: REGION,
      cloudtrailDir: paths.cloudtrail,
      registry,
      now: Date.now,
      random: randomBytes,
      dynamodbEndpoint: engine.endpoint,
      functions,
      kms: { keyFile: paths.enrolmentKey, alias: ENROLMENT_ALIAS },
    }),
  );
  parts.push(functions);
  putRoles(registry, bundle, { account: ACCOUNT, region: REGION, enrolmentKeyArn: aws.kmsKey.arn });
  await seed(aws.objects, dynamodb);

  // What stands before the functions: API Gateway, the stream's poller.
  const lambda = new LambdaClient({
    region: REGION,
    endpoint: aws.endpoint,
    credentials: async () =>
      credentialsOf(takeRole('writ-front-door', `arn:aws:iam::${ACCOUNT}:role/writ-front-door`)),
  });
  parts.push(closing(lambda));
  await keep(startGateway(ports.broker, lambda, (name) => `writ-${name}`));
  await keep(
    startStreamFeed({
      dynamodb,
      streams,
      lambda,
      table: TABLES.ledger,
      functionName: 'writ-stream',
      onTrouble: () => options.onTrouble('The ledger’s stream could not be delivered; it is tried again.'),
    }),
  );

  const local: LocalFile = {
    origin: 'local.invalid',
    broker,
    token_endpoint: `${broker}/token`,
    issuer: idp.issuer,
    aws_endpoint: aws.endpoint,
    dynamodb_endpoint: engine.endpoint,
    mdm: mdm.issuer,
    ci: ci.issuer,
    region: REGION,
    account: ACCOUNT,
    tables: TABLES,
    bundle: bundle.file,
    cloudtrail_dir: paths.cloudtrail,
    evidence_dir: paths.evidence,
    logs_dir: paths.logs,
    users: TEST_USERS,
    agent: 'report-writer',
    device: await readyDevice(dir, mdm, { aud: broker, user: { iss: idp.issuer, sub: 'alice' } }),
    writ: join(root, 'dist', 'writ.js'),
    pid: process.pid,
  };
  await writeLocalFile(paths.localFile, local);
  return {
    local,
    file: paths.localFile,
    aws,
    dynamodb,
    mdm,
    ci,
    invoke: async (name, event) => {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName: `writ-${name}`, Payload: Buffer.from(JSON.stringify(event)) }),
      );
      if (FunctionError !== undefined) throw new Error(`writ-${name} failed: see ${paths.logs}`);
      return Payload === undefined ? null : (JSON.parse(Buffer.from(Payload).toString()) as unknown);
    },
  };
}

const loopback = (port: number): string => `http://127.0.0.1:${port}`;

const closing = (client: { destroy(): void }): Part => ({ close: async () => client.destroy() });

const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: Session) => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration: new Date(expiration),
});

/** Only what the stack itself writes is removed: the folder may be somebody's. */
async function freshFolder(dir: string) {
  const paths = {
    bundles: join(dir, 'bundles'),
    cloudtrail: join(dir, 'cloudtrail'),
    evidence: join(dir, 'evidence'),
    logs: join(dir, 'logs'),
    nonceKeys: join(dir, 'nonce-keys'),
    enrolmentKey: join(dir, 'enrolment-key.pem'),
    localFile: join(dir, 'local.json'),
  };
  for (const path of [paths.cloudtrail, paths.logs, paths.nonceKeys, paths.enrolmentKey, paths.localFile]) {
    await rm(path, { recursive: true, force: true });
  }
  for (const path of [dir, paths.bundles, paths.cloudtrail, paths.evidence, paths.logs]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  return paths;
}
