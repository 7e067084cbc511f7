/** What there is to see in one account, with credentials of it. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fact, nameOf } from '../adapters/doctor-answer.ts';
import { writRoles } from '../adapters/doctor-roles.ts';
import { dynamodbAccountState } from '../adapters/dynamodb-account-state.ts';
import { iamDenyPolicy } from '../adapters/iam-deny-policy.ts';
import {
  type AccountFacts,
  type BrokerFacts,
  type Fact,
  known,
  type Reading,
  unknown,
} from '../core/doctor/facts.ts';
import { settingOf } from '../core/doctor/settings.ts';
import type { Account } from '../core/policy/bundle.ts';
import { type ClientConfig, type DoctorClients, type DoctorPlace, GLOBAL_REGION } from './doctor-clients.ts';

interface Looking {
  readonly clients: DoctorClients;
  readonly place: DoctorPlace;
  readonly broker: BrokerFacts;
}

export async function accountFacts(account: Account, from: Looking): Promise<AccountFacts> {
  const { id, region } = account;
  const { clients, place } = from;
  const [config, health] = await Promise.all([
    fact('STS', () => clients.accountConfig(id, region)),
    healthOf(account, from),
  ]);
  if (!config.known) return nothing(config.why, health);
  if (config.value === null) {
    return nothing(`No credentials of account ${id}: name a role to take there with --account-role.`, health);
  }
  const here = config.value;
  const iam = await clients.iam(id);
  if (iam === null) return nothing(`No credentials of account ${id}.`, health);
  const deny = iamDenyPolicy(iam, id);
  return {
    region: await regionOf(here),
    roles: await fact('IAM', () => writRoles(iam)),
    deny: await fact('GetPolicy', () => deny.read()),
    directDenies: await fact('ListPolicies', () => deny.directDenies()),
    health,
    ...(place.local === null ? await aroundIt(here, region) : LAPTOP_HAS_NONE),
  };
}

const LAPTOP_HAS_NONE = {
  trails: unknown('CloudTrail’s settings: the laptop has none, its trail has every event.'),
  clusters: known([]),
} as const satisfies Partial<AccountFacts>;

/** Loaded here, since the laptop and `--only` need neither. */
async function aroundIt(
  config: ClientConfig,
  region: string,
): Promise<Pick<AccountFacts, 'trails' | 'clusters'>> {
  const [{ CloudTrailClient }, { trailsOf }, { EKSClient }, { clustersOf }] = await Promise.all([
    import('@aws-sdk/client-cloudtrail'),
    import('../adapters/doctor-trails.ts'),
    import('@aws-sdk/client-eks'),
    import('../adapters/doctor-clusters.ts'),
  ]);
  const trailsClient = (there: string) => new CloudTrailClient({ ...config, region: there });
  return {
    trails: await fact('CloudTrail', () => trailsOf(trailsClient, region)),
    clusters: await fact('EKS', () => clustersOf(new EKSClient(config), region)),
  };
}

const nothing = (why: string, health: AccountFacts['health']): AccountFacts => ({
  region: unknown(why),
  roles: unknown(why),
  deny: unknown(why),
  directDenies: unknown(why),
  health,
  trails: unknown(why),
  clusters: unknown(why),
});

/** STS of a Region that is not enabled knows nobody; of one that is none there is no address. */
async function regionOf(config: ClientConfig): Promise<Fact<Reading<null>>> {
  const { region = GLOBAL_REGION } = config;
  try {
    await new STSClient({ ...config, region }).send(new GetCallerIdentityCommand({}));
    return known({ ok: true, value: null });
  } catch (error) {
    const name = nameOf(error);
    return /^(?:CredentialsProviderError|ExpiredToken\w*|AccessDenied\w*)$/.test(name)
      ? unknown('STS: there are no credentials for it.')
      : known({ ok: false, problem: `answered ${name}` });
  }
}

/** In the broker's own account, whichever account it is about. */
function healthOf({ id }: Account, { clients, broker }: Looking): Promise<AccountFacts['health']> {
  const table = settingOf(broker.functions, 'WRIT_CONTROL_TABLE');
  if (!table.known) return Promise.resolve(table);
  return fact('control', () => dynamodbAccountState(clients.dynamodb, table.value, id).health());
}
