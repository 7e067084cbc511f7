import {
  BatchGetItemCommand,
  CreateTableCommand,
  DynamoDBServiceException,
  TransactWriteItemsCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../../adapters/tables.ts';
import { DUTY_SPECS } from '../../../cdk/broker/duties.ts';
import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import type { Check } from '../check.ts';
import type { Clients } from '../clients.ts';
import { eventually } from '../eventually.ts';
import { type Laboratory, nameOf, pathOf, tagsOf } from '../laboratory.ts';
import { removeTable } from '../removals.ts';
import { document, makeRole, trustTester } from '../roles.ts';
import { type Answer, clientsOfRole } from '../sessions.ts';

export const leadingKeysInATransaction: Check = {
  id: 'leading-keys-in-a-transaction',
  sentence:
    '`dynamodb:LeadingKeys` is judged for each item of a TransactWriteItems or BatchGetItem by the table’s own statement, so that a function reaches its partitions and no other.',
  reliedOnBy: ['cdk/broker/duty-function.ts', 'cdk/broker/duties.ts'],
  otherwise:
    'Refused where it should be allowed: leave `partitions` out for the functions that write in transactions, and say in docs/architecture.md that whoever writes one may write all of control. Allowed where it should be refused: the same words, and no more.',
  withoutAccount: 'local/aws',
  minutes: 2,
  async run(lab) {
    const { dynamodb } = lab.clients;
    const tables = {
      ledger: nameOf(lab, 'ledger'),
      people: nameOf(lab, 'people'),
      control: nameOf(lab, 'control'),
    };
    for (const { StreamSpecification: _, ...definition } of tableDefinitions(tables)) {
      const TableName = definition.TableName ?? '';
      await lab.cleanup.make(
        `table ${TableName}`,
        () => dynamodb.send(new CreateTableCommand({ ...definition, Tags: tagsOf(lab) })),
        () => removeTable(dynamodb, TableName),
      );
      const maxWaitTime = lab.patience.withinMillis / 1000;
      const [minDelay, maxDelay] = [lab.patience.everyMillis / 1000, lab.patience.everyMillis / 250];
      await waitUntilTableExists({ client: dynamodb, maxWaitTime, minDelay, maxDelay }, { TableName });
    }
    const writer = await makeRole(lab, {
      name: nameOf(lab, 'writer'),
      path: pathOf(lab),
      trust: trustTester(lab),
      inline: { duty: document(...(await statements(lab, tables))) },
    });
    const clients = await clientsOfRole(lab, writer);
    const write = (ledger: string, control: string) =>
      answerOf(() => transaction(clients, tables, ledger, control));
    const read = (ledger: string, control: string) =>
      answerOf(() =>
        clients.dynamodb.send(
          new BatchGetItemCommand({
            RequestItems: {
              [tables.ledger]: { Keys: [key(ledger)] },
              [tables.control]: { Keys: [key(control), key('REVOKED#2')] },
            },
          }),
        ),
      );
    const wanted = {
      'own partitions': 'allowed',
      'a foreign partition of control': 'refused',
      'a foreign partition of the ledger': 'refused',
      'own partitions, read': 'allowed',
      'a foreign partition, read beside its own': 'refused',
    };
    await eventually(
      lab.patience,
      `items are judged one by one: ${JSON.stringify(wanted)}`,
      async () => ({
        'own partitions': await write('WRIT#2', 'PROOF#2'),
        'a foreign partition of control': await write('WRIT#3', 'HEALTH#3'),
        'a foreign partition of the ledger': await write('REVOCATION#4', 'PROOF#4'),
        'own partitions, read': await read('WRIT#1', 'REVOKED#1'),
        'a foreign partition, read beside its own': await read('WRIT#1', 'PROOF#1'),
      }),
      (answers) => JSON.stringify(answers) === JSON.stringify(wanted),
    );
  },
};

interface Named {
  readonly ledger: string;
  readonly people: string;
  readonly control: string;
}

/** What exchange may put and mint may read, of these tables: by the stack's own code. */
async function statements({ account, region }: Laboratory, tables: Named): Promise<PolicyStatement[]> {
  const { statement } = await import('../../../cdk/broker/duty-function.ts');
  const puts = DUTY_SPECS.exchange.access.filter(({ actions }) => actions.includes('dynamodb:PutItem'));
  const reads = DUTY_SPECS.mint.access.filter(({ actions }) => actions.includes('dynamodb:BatchGetItem'));
  return [...puts, ...reads].map((access) => {
    if (access.on !== 'ledger' && access.on !== 'people' && access.on !== 'control')
      throw new Error(`${access.on} is no table`);
    const resources = [`arn:aws:dynamodb:${region}:${account}:table/${tables[access.on]}`];
    return statement(access, { resources }).toStatementJson();
  });
}

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'test' } });

const transaction = ({ dynamodb }: Clients, tables: Named, ledger: string, control: string) =>
  dynamodb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        [tables.ledger, ledger] as const,
        [tables.people, 'tested:alice'] as const,
        [tables.control, control] as const,
      ].map(([TableName, pk]) => ({ Put: { TableName, Item: key(pk) } })),
    }),
  );

async function answerOf(ask: () => Promise<unknown>): Promise<Answer> {
  try {
    await ask();
    return 'allowed';
  } catch (error) {
    if (error instanceof DynamoDBServiceException && error.name === 'AccessDeniedException') return 'refused';
    throw error;
  }
}
