import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { assumedSession, type SessionCredentials } from '../adapters/assumed-session.ts';

type Keys = Pick<SessionCredentials, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;

export interface DoctorPlace {
  /** The broker's Region; `null`: as the SDK finds it. */
  readonly region: string | null;
  readonly prefix: string;
  /** A role's name, to be taken in accounts that are not the caller's. */
  readonly accountRole: string | null;
  /** The laptop stack, whatever the shell says: what is mended there must be nothing real. */
  readonly local: { readonly endpoint: string; readonly credentials: Keys } | null;
}

type Credentials = () => Promise<SessionCredentials>;

/** What every client of the doctor is made with. */
export interface ClientConfig {
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials | Keys;
}

/** IAM and Organizations have one endpoint for all Regions, and sign for this one. */
export const GLOBAL_REGION = 'us-east-1';

export interface DoctorClients {
  /** With the caller's credentials, in the broker's Region or another. */
  readonly config: (region?: string | null) => ClientConfig;
  /** With credentials of another account, or the caller's own where it is that. `null`: there are none. */
  readonly accountConfig: (account: string, region: string) => Promise<ClientConfig | null>;
  /** IAM of an account, twelve digits. */
  readonly iam: (account: string) => Promise<IAMClient | null>;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly kms: KMSClient;
  readonly secrets: SecretsManagerClient;
}

const SESSION = 'writ-doctor';

export function doctorClients({ region, accountRole, local }: DoctorPlace): DoctorClients {
  const config = (here: string | null = region): ClientConfig => ({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
    ...(here === null ? {} : { region: here }),
    ...(local === null ? {} : { endpoint: local.endpoint, credentials: local.credentials }),
  });
  let caller: Promise<string | null> | null = null;
  const ownAccount = (): Promise<string | null> => {
    caller ??= new STSClient(config())
      .send(new GetCallerIdentityCommand({}))
      .then(({ Account }) => Account ?? null);
    return caller;
  };
  const accountConfig = async (account: string, there: string): Promise<ClientConfig | null> => {
    if ((await ownAccount()) === account) return config(there);
    if (accountRole === null) return null;
    const wanted = { RoleArn: `arn:aws:iam::${account}:role/${accountRole}`, RoleSessionName: SESSION };
    return { ...config(there), credentials: () => assumedSession(new STSClient(config()), wanted) };
  };
  return {
    config,
    accountConfig,
    iam: async (account) => {
      const there = await accountConfig(account, GLOBAL_REGION);
      return there && new IAMClient(there);
    },
    dynamodb: new DynamoDBClient(config()),
    lambda: new LambdaClient(config()),
    sqs: new SQSClient(config()),
    scheduler: new SchedulerClient(config()),
    kms: new KMSClient(config()),
    secrets: new SecretsManagerClient(config()),
  };
}
