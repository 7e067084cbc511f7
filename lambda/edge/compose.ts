/** The only place where a client is made: each function gets the ports that its duty needs, and no other. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { JWK } from 'jose';
import { assumedSession, type SessionCredentials } from '../../adapters/assumed-session.ts';
import { canary } from '../../adapters/canary.ts';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import {
  dynamodbCursor,
  dynamodbReadHeads,
  dynamodbRefusalCounter,
} from '../../adapters/dynamodb-control.ts';
import { dynamodbGapCursor, dynamodbWalk } from '../../adapters/dynamodb-gaps.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbLeafIndex, dynamodbLogHeads } from '../../adapters/dynamodb-log.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { iamDenyPolicy } from '../../adapters/iam-deny-policy.ts';
import { fetchJwks } from '../../adapters/jwks.ts';
import { kmsKeys, kmsSigner } from '../../adapters/kms.ts';
import { kmsLogSigner } from '../../adapters/kms-log-signer.ts';
import { lambdaMint, wakeMint } from '../../adapters/lambda-mint.ts';
import { fileNonceKeys, secretNonceKeys } from '../../adapters/nonce-keys.ts';
import { probeCalls } from '../../adapters/probe-calls.ts';
import { newProbeKey } from '../../adapters/probe-key.ts';
import { probeSend } from '../../adapters/probe-send.ts';
import { s3EvidenceReader, s3EvidenceStore } from '../../adapters/s3-evidence.ts';
import { schedulerSchedule } from '../../adapters/scheduler.ts';
import { sqsWake } from '../../adapters/sqs-wake.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import type { Tables } from '../../adapters/tables.ts';
import type { ArchiverPorts } from '../../core/archive.ts';
import type { ClosePorts } from '../../core/close.ts';
import type { EnrolmentPorts } from '../../core/enroll.ts';
import {
  CALL_ATTEMPTS,
  CALL_TIMEOUT_MILLIS,
  CONNECT_TIMEOUT_MILLIS,
  MINT_TIMEOUT_MILLIS,
  PROBE_ANSWER_MILLIS,
} from '../../core/limits.ts';
import { liveSessions } from '../../core/live.ts';
import type { PermissionsPorts } from '../../core/permissions.ts';
import type { Account, LoadedBundle } from '../../core/policy/bundle.ts';
import { loadBundle } from '../../core/policy/load.ts';
import type {
  Authorize,
  Clock,
  ExchangePorts,
  FetchKeys,
  Ledger,
  MintPorts,
  NonceKeys,
  Random,
} from '../../core/ports.ts';
import { type ProbePlan, probePlan } from '../../core/probe/plan.ts';
import type { ProbePorts } from '../../core/probe/ports.ts';
import type { ReceiptPorts } from '../../core/receipts.ts';
import type { ReconcilePorts } from '../../core/reconcile.ts';
import { RECONCILER_ROLE, reconcilerRoleArn } from '../../core/revocation/names.ts';
import type { AccountPorts } from '../../core/revocation/ports.ts';
import type { RevokePorts } from '../../core/revoke.ts';
import type { SchedulePorts } from '../../core/schedule.ts';
import { targetRoleArns } from '../../core/session/role-arn.ts';
import type { StatusPorts } from '../../core/status.ts';
import type { SweepPorts } from '../../core/sweep.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { thumbprint } from '../../core/tokens/thumbprint.ts';
import type { WritsPorts } from '../../core/writs.ts';
import type { Config, PUBLIC_SETTINGS } from './config.ts';
import { type Environment, refuseLaptopBundle } from './start-up.ts';

const clock: Clock = () => Date.now();
const random: Random = (bytes) => randomBytes(bytes);

/** Without the switch the SDK only warns of a call that takes longer, and waits on. */
const timeouts = (requestTimeout: number) => ({
  connectionTimeout: CONNECT_TIMEOUT_MILLIS,
  requestTimeout,
  throwOnRequestTimeout: true,
});

const calls = { maxAttempts: CALL_ATTEMPTS, requestHandler: timeouts(CALL_TIMEOUT_MILLIS) };

/** By path, not by host name: a laptop's S3 has one address for all buckets, and AWS takes both. */
const pathStyle = { forcePathStyle: true };

/** A call that is there to be judged is of one moment: a second try would be of another. */
const canaryCalls = { ...calls, maxAttempts: 1 };

/** Mint is not called twice: a second mint of one writ would lose the outcome slot anyway. */
const mintCalls = { maxAttempts: 1, requestHandler: timeouts(MINT_TIMEOUT_MILLIS) };

/** A second try after a lost answer would leave a session that no record names. */
const stsCalls = { ...calls, maxAttempts: 1 };

type Stores = Pick<Config, 'ledgerTable' | 'peopleTable' | 'controlTable'>;
type Public = Pick<Config, Exclude<(typeof PUBLIC_SETTINGS)[number], 'bundle'>>;

const tablesOf = ({ ledgerTable, peopleTable, controlTable }: Stores) => ({
  ledger: ledgerTable,
  people: peopleTable,
  control: controlTable,
});

/**
 * The bundle that this function decides by, read once, when it starts.
 *
 * @param env - `process.env`: whether this is Lambda, where a laptop's bundle is a start-up failure (rule 10).
 * @throws Fault `bundle_mismatch` where the file is not the one that the function was deployed with; StartUpFailure for
 *   a laptop's; from `node:fs` where there is no file.
 */
export function loadPolicy({ bundle }: Pick<Config, 'bundle'>, env: Environment): LoadedBundle {
  const loaded = loadBundle(readFileSync(bundle.file), bundle.sha256);
  refuseLaptopBundle(env, loaded.bundle);
  return loaded;
}

/** Made once per function and handed on: connections are kept (rule 9). */
interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
}

const clientsOf = ({ region }: Pick<Config, 'region'>): Clients => ({
  dynamodb: new DynamoDBClient({ region, ...calls }),
  kms: new KMSClient({ region, ...calls }),
});

/** Ports that every public endpoint has. */
function publicPorts(
  { dynamodb, kms }: Clients,
  config: Public,
  policy: LoadedBundle,
  authorize: Authorize,
): Omit<ExchangePorts, 'mint'> {
  const tables = tablesOf(config);
  return {
    settings: { publicUrl: config.publicUrl, enrolmentKey: config.enrolmentKey },
    policy,
    clock,
    random,
    findKey: keyCache(fetchKeys(config.publicUrl, (keyId) => kmsKeys(kms, keyId))),
    nonceKeys: nonceKeysOf(config),
    authorize,
    ledger: dynamodbLedger(dynamodb, tables),
    refusalCounter: dynamodbRefusalCounter(dynamodb, tables.control),
  };
}

/**
 * What `POST /token` stands on. Making it wakes mint, so that two cold starts run side by side.
 *
 * @param authorize - Cedar, loaded with this policy. Given, and not made here: what imports the engine is no small
 *   bundle, and mint's must be.
 */
export function exchangePorts(
  config: Public & Pick<Config, 'mintFunction'>,
  policy: LoadedBundle,
  authorize: Authorize,
): ExchangePorts {
  const lambda = new LambdaClient({ region: config.region, ...mintCalls });
  const mint = lambdaMint(lambda, config.mintFunction);
  // Who comes before it is awake waits for it, or Lambda would start a second one.
  const awake = wakeMint(lambda, config.mintFunction);
  return {
    ...publicPorts(clientsOf(config), config, policy, authorize),
    mint: async (handover) => {
      await awake;
      return mint(handover);
    },
  };
}

/** What `POST /permissions` stands on: nothing that could issue. */
export const permissionsPorts = (
  config: Public,
  policy: LoadedBundle,
  authorize: Authorize,
): PermissionsPorts => publicPorts(clientsOf(config), config, policy, authorize);

/** What `POST /enroll` stands on: the heads, since who is blocked is vouched for no more, and KMS to sign. */
export function enrolmentPorts(config: Public, policy: LoadedBundle, authorize: Authorize): EnrolmentPorts {
  const clients = clientsOf(config);
  return {
    ...publicPorts(clients, config, policy, authorize),
    signer: kmsSigner(clients.kms, config.enrolmentKey),
    readHeads: dynamodbReadHeads(clients.dynamodb, tablesOf(config)),
  };
}

/** What `POST /revoke` stands on: heads and entries, who is live, and the reconcilers' queue. It cannot call IAM or STS. */
export function revokePorts(
  config: Public & Pick<Config, 'reconcileQueue'>,
  policy: LoadedBundle,
  authorize: Authorize,
): RevokePorts {
  const clients = clientsOf(config);
  const tables = tablesOf(config);
  const ports = publicPorts(clients, config, policy, authorize);
  return {
    ...ports,
    readHeads: dynamodbReadHeads(clients.dynamodb, tables),
    revocations: dynamodbRevocations(clients.dynamodb, tables),
    live: liveSessions(ports.ledger),
    wake: sqsWake(new SQSClient({ region: config.region, ...calls }), config.reconcileQueue),
  };
}

/** What `POST /writs` stands on: who is live, and what is denied. Nothing of it can end anything. */
export function writsPorts(config: Public, policy: LoadedBundle, authorize: Authorize): WritsPorts {
  const clients = clientsOf(config);
  return {
    ...publicPorts(clients, config, policy, authorize),
    revocations: dynamodbRevocations(clients.dynamodb, tablesOf(config)),
  };
}

/** What `POST /status` stands on: what each account's reconciler last saw. */
export function statusPorts(config: Public, policy: LoadedBundle, authorize: Authorize): StatusPorts {
  const clients = clientsOf(config);
  const { control } = tablesOf(config);
  return {
    ...publicPorts(clients, config, policy, authorize),
    stateOf: (account) => dynamodbAccountState(clients.dynamodb, control, account),
  };
}

/**
 * What mint stands on: no policy engine, no nonce keys, no KMS. It verifies subject tokens only, whose
 * issuers keep no key in our KMS.
 */
export function mintPorts(
  config: Stores & Pick<Config, 'region' | 'publicUrl'>,
  policy: LoadedBundle,
): MintPorts {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  const sts = new STSClient({ region: config.region, ...stsCalls });
  return {
    policy,
    clock,
    findKey: keyCache(fetchKeys(config.publicUrl, async () => [])),
    readHeads: dynamodbReadHeads(dynamodb, tables),
    assumeRole: stsAssumeRole(sts),
    ledger: dynamodbLedger(dynamodb, tables),
  };
}

/** What writing the end of a writ stands on: the ledger, and what has been revoked. */
export function closePorts(config: Stores & Pick<Config, 'region'>): ClosingPorts {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  return closing(dynamodb, tables);
}

type ClosingPorts = ClosePorts & { readonly clock: Clock; readonly ledger: Ledger };

const closing = (dynamodb: DynamoDBClient, tables: Tables): ClosingPorts => ({
  clock,
  ledger: dynamodbLedger(dynamodb, tables),
  readHeads: dynamodbReadHeads(dynamodb, tables),
  revocations: dynamodbRevocations(dynamodb, tables),
});

/** What the ledger's stream leads to: schedules, and ends where it is too late for one. */
export function schedulePorts(config: Stores & Pick<Config, 'region' | 'schedules'>): SchedulePorts {
  const scheduler = new SchedulerClient({ region: config.region, ...calls });
  return { ...closePorts(config), scheduleClose: schedulerSchedule(scheduler, config.schedules) };
}

/** What the sweep stands on: what closing does, and how far it has come. */
export function sweepPorts(config: Stores & Pick<Config, 'region'>): SweepPorts {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  return { ...closing(dynamodb, tables), cursor: dynamodbCursor(dynamodb, tables.control) };
}

/**
 * What the archiver stands on: the log's bucket and key, its head and index, and the ledger to look through. It cannot change
 * what it reads.
 *
 * @throws Fault `signing_unavailable`: without its public key nothing can be signed.
 */
export async function archivePorts(
  config: Stores & Pick<Config, 'region' | 'evidence'>,
): Promise<ArchiverPorts> {
  const { region, evidence } = config;
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region, ...calls });
  const s3 = new S3Client({ region, ...calls, ...pathStyle });
  return {
    origin: evidence.origin,
    clock,
    log: s3EvidenceStore(s3, evidence.bucket, evidence.lock, clock),
    signer: await kmsLogSigner(new KMSClient({ region, ...calls }), evidence.key),
    heads: dynamodbLogHeads(dynamodb, tables.control),
    index: dynamodbLeafIndex(dynamodb, tables.control),
    mark: dynamodbCursor(dynamodb, tables.control, 'archive'),
    ledger: dynamodbLedger(dynamodb, tables),
    walk: dynamodbWalk(dynamodb, tables.ledger),
    cursor: dynamodbGapCursor(dynamodb, tables.control),
  };
}

/** What `GET /receipts/{id}` stands on: where leaves are, and the log itself. */
export function receiptPorts({
  controlTable,
  evidenceBucket,
  region,
}: Pick<Config, 'controlTable' | 'evidenceBucket' | 'region'>): ReceiptPorts {
  return {
    index: dynamodbLeafIndex(new DynamoDBClient({ region, ...calls }), controlTable),
    log: s3EvidenceReader(new S3Client({ region, ...calls, ...pathStyle }), evidenceBucket),
  };
}

/** What a reconciler stands on, and the accounts it can work in. */
export interface Reconciler {
  readonly ports: ReconcilePorts;
  /** Twelve digits each: those of the bundle, closed ones too. */
  readonly accounts: readonly string[];
  /** @param account - One of these. Clients and sessions are kept from one run to the next. */
  readonly accountPorts: (account: string) => AccountPorts | null;
}

/** What reconcile stands on: each account's IAM by a role there, its canary, and what has been revoked. */
export function reconciler(
  config: Stores & Pick<Config, 'region' | 'judgedEndpoint'>,
  { bundle }: LoadedBundle,
): Reconciler {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  const sts = new STSClient({ region: config.region, ...calls });
  const portsOf = (account: Account): AccountPorts => {
    const iam = new IAMClient({
      region: config.region,
      ...calls,
      credentials: () =>
        assumedSession(sts, { RoleArn: reconcilerRoleArn(account.id), RoleSessionName: RECONCILER_ROLE }),
    });
    const canaryClient = (credentials: SessionCredentials) =>
      new DynamoDBClient({
        region: account.region,
        ...canaryCalls,
        credentials,
        ...(config.judgedEndpoint === undefined ? {} : { endpoint: config.judgedEndpoint }),
      });
    return {
      account: account.id,
      roles: targetRoleArns(bundle, account),
      policy: iamDenyPolicy(iam, account.id),
      probe: canary(sts, canaryClient, account.id, clock),
      state: dynamodbAccountState(dynamodb, tables.control, account.id),
    };
  };
  // Closed ones too: nothing begins there any more, and what has begun must be ended all the same.
  const made = new Map(bundle.accounts.map((account) => [account.id, portsOf(account)]));
  return {
    ports: {
      clock,
      sleep: async (millis) => sleep(millis),
      ledger: dynamodbLedger(dynamodb, tables),
      revocations: dynamodbRevocations(dynamodb, tables),
    },
    accounts: [...made.keys()],
    accountPorts: (account) => made.get(account) ?? null,
  };
}

/** What the prober stands on, and what its configuration asks it to ask: KMS, the network outside, and no table. */
export function prober(
  config: Pick<Config, 'probeKey' | 'judgedEndpoint' | 'region'>,
  { bundle }: LoadedBundle,
): { readonly plan: ProbePlan; readonly ports: ProbePorts } {
  const { sign } = kmsSigner(new KMSClient({ region: config.region, ...calls }), config.probeKey);
  const judged = config.judgedEndpoint === undefined ? {} : { endpoint: config.judgedEndpoint };
  return {
    plan: probePlan(bundle),
    ports: {
      clock,
      random,
      sleep: async (millis) => sleep(millis),
      send: probeSend(PROBE_ANSWER_MILLIS),
      newKey: newProbeKey,
      sign,
      callsWith: probeCalls(
        (credentials, region) => new DynamoDBClient({ region, ...canaryCalls, credentials, ...judged }),
      ),
    },
  };
}

/** @returns the public half of the prober's key, named by its thumbprint; asked for once in a process's life. */
export function probeKeySet({
  probeKey,
  region,
}: Pick<Config, 'probeKey' | 'region'>): () => Promise<readonly JWK[]> {
  const kms = new KMSClient({ region, ...calls });
  let known: readonly JWK[] | null = null;
  return async () => {
    known ??= (await kmsKeys(kms, probeKey)).map((jwk) => ({ ...jwk, kid: thumbprint({ ...jwk }) ?? '' }));
    return known;
  };
}

/**
 * Key sets over https; over http only where the broker itself is a laptop's (rule 10 keeps that out of Lambda).
 *
 * @param keysInKms - Given, so that mint's bundle holds no KMS client.
 */
function fetchKeys(publicUrl: string, keysInKms: (keyId: string) => Promise<readonly JWK[]>): FetchKeys {
  const fetchSet = fetchJwks({ allowHttp: publicUrl.startsWith('http:') });
  return async (source) => ('jwks_uri' in source ? fetchSet(source.jwks_uri) : keysInKms(source.kms));
}

function nonceKeysOf({ nonceKeys, region }: Pick<Config, 'nonceKeys' | 'region'>): NonceKeys {
  if ('file' in nonceKeys) return fileNonceKeys(nonceKeys.file, clock);
  return secretNonceKeys(new SecretsManagerClient({ region, ...calls }), nonceKeys.secret, clock);
}
