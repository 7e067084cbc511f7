import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { dynamodbLedger } from '../adapters/dynamodb-ledger.ts';
import { dynamodbPeople } from '../adapters/dynamodb-people.ts';
import { Fault } from '../core/fault.ts';
import { forget as forgetPerson, namesPerson } from '../core/forget.ts';
import { awsFailure } from './aws-failure.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { forgettingStack } from './local-file.ts';
import { clientsOf, type LocalKeys, type PeopleFlags, tablesOf } from './people-table.ts';
import { labelled } from './table.ts';

export interface ForgetFlags extends PeopleFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * `writ forget`: deletes the openings of a person with AWS credentials of whoever runs it, and has the ledger say so.
 *
 * @throws Failure: 1 without a yes, 2 where IAM refuses, 3 where there is nothing of the person, 4 where AWS fails
 *   or some are left.
 */
export async function forget(subject: string, flags: ForgetFlags, io: Io): Promise<void> {
  if (!namesPerson(subject)) {
    throw usage(
      'That names nobody: <issuer>:<subject>, as writ list shows it, or the ARN or key of who revoked.',
    );
  }
  await confirm(subject, flags, io);
  const config = await clientsOf(flags, () => localKeys(io));
  try {
    const by = (await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn ?? '';
    const tables = await tablesOf(new LambdaClient(config), flags.prefix, 'Nothing was deleted.');
    const client = new DynamoDBClient(config);
    const ports = {
      clock: io.clock,
      random: (bytes: number) => randomBytes(bytes),
      ledger: dynamodbLedger(client, { ...tables, control: '' }),
      people: dynamodbPeople(client, tables.people),
    };
    const done = await forgetPerson(subject, by, ports, (gone, of) => progress(gone, of, flags, io));
    if (done === null) throw nothing(subject);
    if (done.left > 0) throw notAll(subject, done.left);
    const { forgetting, openings } = done.record;
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ forgotten: subject, openings, forgetting, by, remains: REMAINS })}\n`
        : labelled(`Forgotten: ${printable(subject)}.`, [
            ['openings deleted:', String(openings)],
            ['recorded as:', `${forgetting}, by ${printable(by)}`],
            ...REMAINS.map((what, at) => [at === 0 ? 'what remains:' : '', what] as const),
          ]),
    );
  } catch (caught) {
    throw failed(caught);
  }
}

/** What deleting does not reach: said each time, so that nobody promises more. */
const REMAINS = [
  'the name itself (<issuer>:<subject>) in ledger and evidence log, and every hash, which opens to nobody now',
  'backups of the table of people, until they are 35 days old',
  "CloudTrail: source identity and tags, the beginning of a purpose among them, and the addresses of the sessions' calls",
  'what was exported: reports, and openings that an auditor was given',
] as const;

async function confirm(subject: string, flags: ForgetFlags, io: Io): Promise<void> {
  if (flags.yes) return;
  if (!io.stderr.isTerminal || flags.json) throw usage('What is forgotten does not come back: say --yes.');
  io.stderr.write(
    `The openings of ${printable(subject)} are deleted for good. To go on, type the name again: `,
  );
  if ((await io.readLine())?.trim() === subject) return;
  throw new Failure({
    exit: 3,
    error: 'not_confirmed',
    what: 'Nothing was deleted.',
    why: 'What was typed is not that name.',
    next: `writ forget ${printable(subject)}`,
  });
}

/** Practice must not forget anybody real. */
const localKeys = async (io: Io): Promise<LocalKeys> => {
  const { aws_endpoint, region, privacy } = await forgettingStack(io);
  return { aws_endpoint, region, keys: privacy };
};

function progress(gone: number, of: number, flags: ForgetFlags, io: Io): void {
  if (io.stderr.isTerminal && !flags.json) io.stderr.write(`\r${gone} of ${of}${gone === of ? '\n' : ''}`);
}

const nothing = (subject: string): Failure =>
  new Failure({
    exit: 3,
    error: 'nothing_to_forget',
    what: 'Nothing was deleted.',
    why: `There are no openings of ${printable(subject)}: never, or not any more.`,
    next: 'writ list shows how names are spelled.',
  });

/** Who is at work leaves new ones all the while. */
export const notAll = (subject: string, left: number): Failure =>
  new Failure({
    exit: 4,
    error: 'not_all_forgotten',
    what: `Not everything was deleted: ${left} of ${printable(subject)} ${left === 1 ? 'is' : 'are'} left.`,
    why: 'New openings came while others were deleted: that person is at work.',
    next: `writ forget '${printable(subject)}', again, once nothing is done in that name.`,
  });

/** A table's fault names what the SDK threw: whether IAM refused is told by that. */
function failed(caught: unknown): Failure {
  const unfinished = 'Not everything was deleted. What was stays deleted; the same command carries on.';
  if (caught instanceof Fault) {
    const cause = new Error(caught.code);
    cause.name = caught.causeName ?? caught.code;
    return awsFailure(cause, unfinished);
  }
  return awsFailure(caught, 'Nothing was deleted.');
}
