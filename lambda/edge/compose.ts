/** The only place where a client is made: each function gets the ports that its duty needs, and no other. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import {
  dynamodbCursor,
  dynamodbReadHeads,
  dynamodbRefusalCounter,
} from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { fetchJwks } from '../../adapters/jwks.ts';
import { kmsKeys, kmsSigner } from '../../adapters/kms.ts';
import { lambdaMint, wakeMint } from '../../adapters/lambda-mint.ts';
import { fileNonceKeys, secretNonceKeys } from '../../adapters/nonce-keys.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import type { EnrolmentPorts } from '../../core/enroll.ts';
import {
  CALL_ATTEMPTS,
  CALL_TIMEOUT_MILLIS,
  CONNECT_TIMEOUT_MILLIS,
  MINT_TIMEOUT_MILLIS,
} from '../../core/limits.ts';
import type { PermissionsPorts } from '../../core/permissions.ts';
import type { LoadedBundle } from '../../core/policy/bundle.ts';
import { loadBundle } from '../../core/policy/load.ts';
import type {
  Authorize,
  Clock,
  ExchangePorts,
  FetchKeys,
  MintPorts,
  NonceKeys,
  Random,
} from '../../core/ports.ts';
import type { SweepPorts } from '../../core/sweep.ts';
import { keyCache } from '../../core/tokens/keys.ts';
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
    findKey: keyCache(fetchKeys(kms, config.publicUrl)),
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
    findKey: keyCache(fetchKeys(null, config.publicUrl)),
    readHeads: dynamodbReadHeads(dynamodb, tables),
    assumeRole: stsAssumeRole(sts),
    ledger: dynamodbLedger(dynamodb, tables),
  };
}

/** What the sweep stands on: the ledger, and how far it has come. */
export function sweepPorts(config: Stores & Pick<Config, 'region'>): SweepPorts {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  return {
    clock,
    ledger: dynamodbLedger(dynamodb, tables),
    cursor: dynamodbCursor(dynamodb, tables.control),
  };
}

/** Key sets over https; over http only where the broker itself is a laptop's (rule 10 keeps that out of Lambda). */
function fetchKeys(kms: KMSClient | null, publicUrl: string): FetchKeys {
  const fetchSet = fetchJwks({ allowHttp: publicUrl.startsWith('http:') });
  return async (source) => {
    if ('jwks_uri' in source) return fetchSet(source.jwks_uri);
    return kms === null ? [] : kmsKeys(kms, source.kms);
  };
}

function nonceKeysOf({ nonceKeys, region }: Pick<Config, 'nonceKeys' | 'region'>): NonceKeys {
  if ('file' in nonceKeys) return fileNonceKeys(nonceKeys.file, clock);
  return secretNonceKeys(new SecretsManagerClient({ region, ...calls }), nonceKeys.secret, clock);
}
