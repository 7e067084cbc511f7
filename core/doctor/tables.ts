/** The three tables (architecture, section 6). */
import { DUE_INDEX, TTL_ATTRIBUTE } from '../ledger/table-names.ts';
import { about, aboutPresent, type Check, cannotTell, type Judgement, must, type Verdict } from './check.ts';
import { type Fact, type Facts, TABLE_ROLES, type TableFacts, type TableRole } from './facts.ts';

const DEPLOY = 'npx cdk deploy';

export const TABLE_CHECKS: readonly Check[] = [
  {
    id: 'table.present',
    what: 'The functions’ tables are there.',
    reliesOn: 'DynamoDB: ledger, people, control',
    fault: 'A table that the functions name is not there.',
    judge: ({ broker: { tables } }) =>
      TABLE_ROLES.flatMap((role) =>
        about(role, tables[role], (table) =>
          must(table !== null, {
            what: 'Nothing is issued: nothing can be recorded.',
            proof: 'DescribeTable: no such table',
            fix: `${DEPLOY}; of a table that was deleted: aws dynamodb restore-table-to-point-in-time`,
          }),
        ),
      ),
  },
  {
    id: 'table.keys',
    what: 'The tables’ keys are `pk` and `sk`.',
    reliesOn: 'DynamoDB: `KeySchema`',
    fault: 'A table has other keys.',
    judge: each(TABLE_ROLES, ({ keys }) =>
      must(keys.join() === 'pk,sk', {
        what: 'The table is another’s: conditions that make a record unique would not hold.',
        proof: `KeySchema: ${keys.join(', ')}`,
        fix: DEPLOY,
      }),
    ),
  },
  {
    id: 'table.stream',
    what: 'The ledger’s stream has new and old images.',
    reliesOn: 'DynamoDB: `StreamViewType` of the ledger',
    fault: 'The ledger has no stream, or one that does not show what an item was before.',
    judge: each(['ledger'], ({ name, stream }) =>
      must(stream === 'NEW_AND_OLD_IMAGES', {
        what: 'No schedule is made, and a change of a record is not seen.',
        proof: `StreamViewType: ${stream ?? 'no stream'}`,
        fix: `${DEPLOY} (a stream’s view cannot be changed: ${name} gets a new one)`,
      }),
    ),
  },
  {
    id: 'table.index',
    what: 'The ledger has its time index.',
    reliesOn: `DynamoDB: index \`${DUE_INDEX}\` of the ledger`,
    fault: 'The ledger’s index by time is missing, has other keys, or is not active.',
    judge: each(['ledger'], ({ indexes }) => {
      const index = indexes.find(({ name }) => name === DUE_INDEX);
      return must(index?.keys.join() === 'due,dueAt' && index.state === 'ACTIVE', {
        what: 'The sweep finds no orphans, and nobody sees who is live.',
        proof:
          index === undefined ? `no index ${DUE_INDEX}` : `keys ${index.keys.join(', ')}, ${index.state}`,
        fix: DEPLOY,
      });
    }),
  },
  {
    id: 'table.recovery',
    what: 'The tables can be brought back to any point of the last 35 days.',
    reliesOn: 'DynamoDB: `PointInTimeRecoveryStatus`',
    fault: 'A table has no point-in-time recovery.',
    judge: each(TABLE_ROLES, ({ name, pointInTimeRecovery }) =>
      setting(pointInTimeRecovery, (on) =>
        must(on, {
          what: 'What is lost is lost: for the ledger, evidence.',
          proof: 'PointInTimeRecoveryStatus: DISABLED',
          fix: `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
          repair: { do: 'recover_table', table: name },
        }),
      ),
    ),
  },
  {
    id: 'table.deletion-protection',
    what: 'The tables cannot be deleted by one call.',
    reliesOn: 'DynamoDB: `DeletionProtectionEnabled`',
    fault: 'A table can be deleted.',
    judge: each(TABLE_ROLES, ({ name, deletionProtection }) =>
      setting(deletionProtection, (on) =>
        must(on, {
          what: 'One call of somebody’s takes the table away.',
          proof: 'DeletionProtectionEnabled: false',
          fix: `aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`,
          repair: { do: 'protect_table', table: name },
        }),
      ),
    ),
  },
  {
    id: 'table.expiry',
    what: 'Control forgets spent proofs and counters.',
    reliesOn: `DynamoDB: time to live of control, attribute \`${TTL_ATTRIBUTE}\``,
    fault: `Control’s time to live is off, or on another attribute than \`${TTL_ATTRIBUTE}\`.`,
    judge: each(['control'], ({ name, timeToLive }) =>
      setting(timeToLive, (attribute) =>
        must(attribute === TTL_ATTRIBUTE, {
          what: 'Control grows without end: a rule does not depend on it, its price does.',
          proof: `time to live: ${attribute ?? 'off'}`,
          fix: `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=true,AttributeName=${TTL_ATTRIBUTE}`,
          // One that is on with another attribute must be turned off first, and may have been somebody's wish.
          ...(attribute === null ? { repair: { do: 'expire_items', table: name } as const } : {}),
        }),
      ),
    ),
  },
  {
    id: 'table.permanence',
    what: 'Nothing of ledger and people expires by itself.',
    reliesOn: 'DynamoDB: time to live of ledger and people',
    fault: 'A record expires.',
    judge: each(['ledger', 'people'], ({ name, timeToLive }) =>
      setting(timeToLive, (attribute) =>
        must(attribute === null, {
          what: 'Records vanish, and with them who authorised what.',
          proof: `time to live: on, attribute ${attribute ?? ''}`,
          fix: `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=false,AttributeName=${attribute ?? ''}`,
        }),
      ),
    ),
  },
];

function each(roles: readonly TableRole[], judge: (table: TableFacts) => Verdict): Check['judge'] {
  return ({ broker: { tables } }: Facts): readonly Judgement[] =>
    roles.flatMap((role) => aboutPresent(role, tables[role], judge));
}

const setting = <T>(fact: Fact<T>, judge: (value: T) => Verdict): Verdict =>
  fact.known ? judge(fact.value) : cannotTell(fact.why);
