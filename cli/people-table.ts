/** Where a person's openings lie, for who forgets them and for who hands them over. */
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Failure } from './failure.ts';
import { LOCAL_PROFILE } from './state.ts';

export interface PeopleFlags {
  readonly profile: string;
  readonly region?: string;
  /** What the broker's functions are called by. */
  readonly prefix: string;
}

export interface LocalKeys {
  readonly aws_endpoint: string;
  readonly region: string;
  readonly keys: {
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
    readonly AWS_SESSION_TOKEN: string;
  };
}

/**
 * What AWS's clients are made with: the laptop stack's own, whatever the shell says, or what the shell says.
 *
 * @param local - The laptop stack; asked only where it is meant.
 */
export async function clientsOf(flags: PeopleFlags, local: () => Promise<LocalKeys>) {
  const region = flags.region === undefined ? {} : { region: flags.region };
  if (flags.profile !== LOCAL_PROFILE) return { maxAttempts: 3, ...region };
  const { aws_endpoint, region: there, keys } = await local();
  return {
    maxAttempts: 3,
    endpoint: aws_endpoint,
    region: there,
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
      sessionToken: keys.AWS_SESSION_TOKEN,
    },
  };
}

/**
 * Tables have names that a deploy made up: the functions know them.
 *
 * @param what - What is not done where they do not say.
 * @throws Failure
 */
export async function tablesOf(
  lambda: LambdaClient,
  prefix: string,
  what: string,
): Promise<{ readonly ledger: string; readonly people: string }> {
  const { Environment } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: `${prefix}exchange` }),
  );
  const { WRIT_LEDGER_TABLE: ledger, WRIT_PEOPLE_TABLE: people } = Environment?.Variables ?? {};
  if (ledger !== undefined && people !== undefined) return { ledger, people };
  throw new Failure({
    exit: 4,
    error: 'no_broker',
    what,
    why: `The function ${prefix}exchange does not say where its tables are.`,
    next: 'Is that the Region? --region; aws sts get-caller-identity says which account.',
  });
}
