/** The only place where a client is made: each function gets the ports that its duty needs, and no other. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { fetchJwks } from '../../adapters/jwks.ts';
import { kmsKeys, kmsSigner } from '../../adapters/kms.ts';
import { lambdaMint, wakeMint } from '../../adapters/lambda-mint.ts';
import { fileNonceKeys, secretNonceKeys } from '../../adapters/nonce-keys.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import type { EnrolPorts } from '../../core/enroll.ts';
import type { PermissionsPorts } from '../../core/permissions.ts';
import type { LoadedBundle } from '../../core/policy/bundle.ts';
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
import { keyCache } from '../../core/tokens/keys.ts';
import type { Config } from './config.ts';
import { type Environment, refuseLaptopBundle } from './start-up.ts';

const clock: Clock = () => Date.now();
const random: Random = (bytes) => randomBytes(bytes);

/** Without the switch the SDK only warns of a call that takes longer, and waits on. */
const timeouts = (requestTimeout: number) => ({
  connectionTimeout: 1_000,
  requestTimeout,
  throwOnRequestTimeout: true,
});

/** A call that hangs must end before the caller's patience does; one retry, and never a third try (design, rule 9). */
const calls = { maxAttempts: 2, requestHandler: timeouts(3_000) };

type Stores = Pick<Config, 'ledgerTable' | 'peopleTable' | 'controlTable'>;
type Settings = Pick<Config, 'publicUrl' | 'enrolmentKey'>;
type Public = Stores & Settings & Pick<Config, 'region' | 'nonceKeys'>;

const tablesOf = ({ ledgerTable, peopleTable, controlTable }: Stores) => ({
  ledger: ledgerTable,
  people: peopleTable,
  control: controlTable,
});

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
    refusals: dynamodbRefusalCounter(dynamodb, tables.control),
  };
}

export function exchangePorts(
  config: Public & Pick<Config, 'mintFunction'>,
  policy: LoadedBundle,
  authorize: Authorize,
): ExchangePorts {
  const lambda = new LambdaClient({ region: config.region, ...calls, ...mintCalls });
  const mint = lambdaMint(lambda, config.mintFunction);
  // Mint wakes while exchange does: two cold starts side by side. Who comes before it is awake waits for it, or
  // Lambda would start a second one.
  const awake = wakeMint(lambda, config.mintFunction);
  return {
    ...publicPorts(clientsOf(config), config, policy, authorize),
    mint: async (handover) => {
      await awake;
      return mint(handover);
    },
  };
}

/** A second mint of one writ would lose the slot anyway, so the call is not repeated; a cold start fits. */
const mintCalls = { maxAttempts: 1, requestHandler: timeouts(12_000) };

export const permissionsPorts = (
  config: Public,
  policy: LoadedBundle,
  authorize: Authorize,
): PermissionsPorts => publicPorts(clientsOf(config), config, policy, authorize);

export function enrolPorts(config: Public, policy: LoadedBundle, authorize: Authorize): EnrolPorts {
  const clients = clientsOf(config);
  return {
    ...publicPorts(clients, config, policy, authorize),
    signer: kmsSigner(clients.kms, config.enrolmentKey),
    readHeads: dynamodbReadHeads(clients.dynamodb, tablesOf(config)),
  };
}

export function mintPorts(
  config: Stores & Pick<Config, 'region' | 'publicUrl'>,
  policy: LoadedBundle,
): MintPorts {
  const tables = tablesOf(config);
  const dynamodb = new DynamoDBClient({ region: config.region, ...calls });
  // A second try after a lost answer would leave a session that no record names.
  const sts = new STSClient({ region: config.region, ...calls, maxAttempts: 1 });
  return {
    policy,
    clock,
    findKey: keyCache(fetchKeys(null, config.publicUrl)),
    readHeads: dynamodbReadHeads(dynamodb, tables),
    assumeRole: stsAssumeRole(sts),
    ledger: dynamodbLedger(dynamodb, tables),
  };
}

export const sweepPorts = (
  config: Stores & Pick<Config, 'region'>,
): { readonly clock: Clock; readonly ledger: Ledger } => ({
  clock,
  ledger: dynamodbLedger(new DynamoDBClient({ region: config.region, ...calls }), tablesOf(config)),
});

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
