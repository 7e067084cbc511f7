/** Looks at everything that checks are about. What cannot be looked at stays unknown, with why. */
import { fact } from '../adapters/doctor-answer.ts';
import { deployedFunctions } from '../adapters/doctor-functions.ts';
import { describedKey, describedSecret } from '../adapters/doctor-keys.ts';
import { brokerMetadata, clockOf, issuerFacts } from '../adapters/doctor-network.ts';
import { queueByArn, queueByUrl, scheduleGroup } from '../adapters/doctor-queues.ts';
import { describedTable } from '../adapters/doctor-tables.ts';
import {
  type BrokerFacts,
  type Fact,
  type Facts,
  known,
  type OrganizationFacts,
  unknown,
} from '../core/doctor/facts.ts';
import type { Source } from '../core/doctor/needs.ts';
import { settingOf } from '../core/doctor/settings.ts';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import { RELEASE } from '../core/release.ts';
import { accountFacts } from './doctor-accounts.ts';
import { type DoctorClients, type DoctorPlace, GLOBAL_REGION } from './doctor-clients.ts';
import type { Io } from './io.ts';

export interface Gathering {
  readonly policy: LoadedBundle;
  readonly clients: DoctorClients;
  readonly place: DoctorPlace;
  readonly io: Pick<Io, 'fetch' | 'clock'>;
  readonly sources: ReadonlySet<Source>;
}

const NOT_ASKED = unknown('Not asked for.');

export async function gather(from: Gathering): Promise<Facts> {
  const { policy, clients, place, io, sources } = from;
  const broker = sources.has('broker') ? await brokerFacts(from) : NO_BROKER;
  const accounts = sources.has('accounts')
    ? await Promise.all(
        policy.bundle.accounts.map(
          async (account) =>
            [account.account, await accountFacts(account, { clients, place, broker })] as const,
        ),
      )
    : [];
  const issuers = sources.has('issuers')
    ? await Promise.all(
        policy.bundle.issuers.map(async (issuer) => [issuer.alias, await issuerFacts(issuer, io)] as const),
      )
    : [];
  return {
    now: Math.floor(io.clock() / 1000),
    release: RELEASE,
    policy,
    clock: sources.has('clock') ? await clockOf(awsUrl(place), io) : NOT_ASKED,
    issuers: Object.fromEntries(issuers),
    broker,
    accounts: Object.fromEntries(accounts),
    organization: sources.has('organization') ? await organization(clients, place) : NOT_ASKED,
  };
}

/** Whatever it answers, it tells the time. */
const awsUrl = ({ local, region }: DoctorPlace): string =>
  local?.endpoint ?? `https://sts.${region ?? GLOBAL_REGION}.amazonaws.com/`;

const NO_BROKER: BrokerFacts = {
  functions: NOT_ASKED,
  metadata: NOT_ASKED,
  tables: { ledger: NOT_ASKED, people: NOT_ASKED, control: NOT_ASKED },
  reconcileQueue: NOT_ASKED,
  deadLetters: {},
  scheduleGroup: NOT_ASKED,
  enrolmentKey: NOT_ASKED,
  nonceSecret: NOT_ASKED,
};

/** The functions' settings lead to everything else. */
async function brokerFacts({ clients, place, io }: Gathering): Promise<BrokerFacts> {
  const { lambda, dynamodb, sqs, scheduler, kms, secrets } = clients;
  const functions = await fact('ListFunctions', () => deployedFunctions(lambda, place.prefix));
  const named = <T>(setting: string, what: string, look: (value: string) => Promise<T>): Promise<Fact<T>> => {
    const value = settingOf(functions, setting);
    return value.known ? fact(what, () => look(value.value)) : Promise.resolve(value);
  };
  const table = (setting: string) =>
    named(setting, 'DescribeTable', (name) => describedTable(dynamodb, name));
  const [ledger, people, control] = await Promise.all([
    table('WRIT_LEDGER_TABLE'),
    table('WRIT_PEOPLE_TABLE'),
    table('WRIT_CONTROL_TABLE'),
  ]);
  const reconcileQueue = await named('WRIT_RECONCILE_QUEUE', 'GetQueueAttributes', (url) =>
    queueByUrl(sqs, url),
  );
  const redrive = reconcileQueue.known ? (reconcileQueue.value?.deadLetters ?? null) : null;
  return {
    functions,
    metadata: await named('WRIT_PUBLIC_URL', 'the broker', (url) => brokerMetadata(url, io)),
    tables: { ledger, people, control },
    reconcileQueue,
    deadLetters: {
      close: await named('WRIT_CLOSE_DEAD_LETTERS', 'GetQueueAttributes', (arn) => queueByArn(sqs, arn)),
      ...(redrive === null
        ? {}
        : { 'reconcile’s dead letters': await fact('GetQueueAttributes', () => queueByArn(sqs, redrive)) }),
    },
    scheduleGroup: await named('WRIT_SCHEDULE_GROUP', 'GetScheduleGroup', (name) =>
      scheduleGroup(scheduler, name),
    ),
    enrolmentKey: await named('WRIT_ENROLMENT_KEY', 'DescribeKey', (key) => describedKey(kms, key)),
    nonceSecret: await nonceSecret(functions, (secret) => describedSecret(secrets, secret)),
  };
}

/** A laptop has them in a file, which nobody rotates: there is nothing to judge. */
function nonceSecret(
  functions: BrokerFacts['functions'],
  look: (secret: string) => ReturnType<typeof describedSecret>,
): Promise<BrokerFacts['nonceSecret']> {
  const value = settingOf(functions, 'WRIT_NONCE_KEYS');
  if (!value.known) return Promise.resolve(value);
  return value.value.startsWith('file:')
    ? Promise.resolve(unknown('The laptop keeps them in a file.'))
    : fact('DescribeSecret', () => look(value.value));
}

async function organization(
  { config }: DoctorClients,
  { local }: DoctorPlace,
): Promise<Fact<OrganizationFacts | null>> {
  if (local !== null) return known(null);
  // Loaded here, as few look.
  const [{ OrganizationsClient }, { guardRails }] = await Promise.all([
    import('@aws-sdk/client-organizations'),
    import('../adapters/doctor-organization.ts'),
  ]);
  return fact('Organizations', () => guardRails(new OrganizationsClient(config(GLOBAL_REGION))));
}
