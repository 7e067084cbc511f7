import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { dynamodbOpenings } from '../adapters/dynamodb-openings.ts';
import { Fault } from '../core/fault.ts';
import { namesPerson } from '../core/forget.ts';
import type { Openings } from '../core/ports.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { awsFailure } from './aws-failure.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { openingsStack } from './local-file.ts';
import { clientsOf, type LocalKeys, type PeopleFlags, tablesOf } from './people-table.ts';

export interface OpeningsFlags extends PeopleFlags {
  /** Ids of records; none asks for all. */
  readonly writ?: readonly string[];
}

const NOTHING = 'No opening was handed over.';

/**
 * `writ openings`: the clear values of persons' fields with their salts, as one JSON object: record id → field → opening.
 *
 * @param persons - `<issuer alias>:<subject>`, or the ARN or key of who revoked.
 * @throws Failure: 1 usage, 2 where IAM refuses, 3 where there is nothing, 4 where AWS fails. Nothing is printed then.
 */
export async function openings(persons: readonly string[], flags: OpeningsFlags, io: Io): Promise<void> {
  const { writ: wanted = [] } = flags;
  const nobody = persons.find((person) => !namesPerson(person));
  if (nobody !== undefined) {
    throw usage(`${printable(nobody)} names nobody.`, '<issuer>:<subject>, as writ list shows it');
  }
  const noId = wanted.find((id) => !WRIT_ID.test(id));
  if (noId !== undefined) throw usage(`--writ ${printable(noId)} is no record’s id.`, 'writ openings --help');
  const found = await read(persons, flags, io);
  const asked = Object.entries(found).filter(([id]) => wanted.length === 0 || wanted.includes(id));
  if (asked.length === 0) throw nothing();
  io.stdout.write(`${JSON.stringify(Object.fromEntries(asked.sort(byId)))}\n`);
}

async function read(
  persons: readonly string[],
  flags: OpeningsFlags,
  io: Io,
): Promise<{ readonly [id: string]: Openings }> {
  const config = await clientsOf(flags, () => localKeys(io));
  const found: { [id: string]: Openings } = {};
  try {
    const { people } = await tablesOf(new LambdaClient(config), flags.prefix, NOTHING);
    const client = new DynamoDBClient(config);
    for (const person of new Set(persons)) {
      for await (const { id, openings: own } of dynamodbOpenings(client, people, person)) found[id] = own;
    }
  } catch (caught) {
    if (!(caught instanceof Fault)) throw awsFailure(caught, NOTHING);
    // What the table's own call threw says whether IAM refused.
    const cause = new Error(caught.code);
    cause.name = caught.causeName ?? caught.code;
    throw awsFailure(cause, NOTHING);
  }
  return found;
}

const localKeys = async (io: Io): Promise<LocalKeys> => {
  const { aws_endpoint, region, openings: keys } = await openingsStack(io);
  return { aws_endpoint, region, keys };
};

const byId = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

const nothing = (): Failure =>
  new Failure({
    exit: 3,
    error: 'nothing_to_open',
    what: NOTHING,
    why: 'There is none of these persons, for these records: never, or they were forgotten.',
    next: 'writ list shows how names are spelled.',
  });
