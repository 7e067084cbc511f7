import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type Put,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { batchesOf } from '../core/batches.ts';
import { isoTime } from '../core/encoding/iso-time.ts';
import { jcs } from '../core/encoding/jcs.ts';
import { Fault } from '../core/fault.ts';
import type { DuePage, ItemKey, Ledger, LedgerItem, Spend } from '../core/ports.ts';
import { guarded, type Item, partition } from './dynamodb-call.ts';
import { actorTokenPut, proofPut } from './dynamodb-spend.ts';
import { DUE_INDEX, type Tables } from './tables.ts';

/**
 * The ledger on DynamoDB. Items are only ever put, and only where there is none.
 *
 * @returns a port that throws Fault `ledger_unavailable` alone. A transaction that was cancelled for any reason but
 *   its own conditions is one: a conflict says nothing about who was first.
 */
export function dynamodbLedger(client: DynamoDBClient, tables: Tables): Ledger {
  return {
    async record(item, openings, spend) {
      const puts = [
        putOnce(tables.ledger, item),
        peoplePut(tables.people, item, openings.subject, openings.values),
        ...spendPuts(tables.control, spend),
      ];
      const failed = await transact(client, puts);
      if (failed === null) return 'written';
      if (failed[0]) return failed[0].body?.S === item.body ? 'written' : 'exists';
      if (failed[2]) return 'proof_spent';
      if (failed[3]) return 'actor_token_of_another_key';
      // The openings cannot be there without their record: they are written in one transaction.
      throw new Fault('ledger_unavailable');
    },

    async settle(outcome, key) {
      if (key === null) return put(client, tables.ledger, outcome);
      const failed = await transact(client, [putOnce(tables.ledger, outcome), putOnce(tables.ledger, key)]);
      if (failed === null) return 'written';
      // A pointer without this outcome was not written here: the slot is free, and somebody has to look.
      if (!failed[0]) throw new Fault('ledger_unavailable');
      return failed[0].body?.S === outcome.body ? 'written' : 'exists';
    },

    async spend(spend) {
      const failed = await transact(client, spendPuts(tables.control, spend));
      if (failed === null) return 'spent';
      if (failed[0] && failed[0].by?.S !== spend.by) return 'proof_spent';
      return failed[1] ? 'actor_token_of_another_key' : 'spent';
    },

    append: (item) => put(client, tables.ledger, item),

    async read(pk, sk) {
      const { Item: found } = await guarded(
        client.send(
          new GetItemCommand({
            TableName: tables.ledger,
            Key: { pk: { S: pk }, sk: { S: sk } },
            ConsistentRead: true,
          }),
        ),
      );
      return found ? fromItem(found) : null;
    },

    async story(pk) {
      const found: LedgerItem[] = [];
      for await (const page of partition(client, tables.ledger, pk)) found.push(...page.map(fromItem));
      return found;
    },

    async readMany(keys) {
      const found: LedgerItem[] = [];
      for (const some of batchesOf(keys, MOST_KEYS)) {
        found.push(...(await readBatch(client, tables.ledger, some)));
      }
      return found;
    },

    async due(hour, { from, to }, page) {
      const { Items, LastEvaluatedKey } = await guarded(
        client.send(
          new QueryCommand({
            TableName: tables.ledger,
            IndexName: DUE_INDEX,
            KeyConditionExpression: 'due = :hour AND dueAt BETWEEN :from AND :to',
            ExpressionAttributeValues: {
              ':hour': { S: hour },
              // `<to>#<id>` sorts after `<to>`: exclusive, as `from` is inclusive.
              ':from': { S: isoTime(from) },
              ':to': { S: isoTime(to) },
            },
            ExclusiveStartKey: page ? toItem(page) : undefined,
          }),
        ),
      );
      if (Items === undefined) throw new Fault('ledger_unavailable');
      return {
        keys: Items.map((found) => ({ pk: string(found, 'pk'), sk: string(found, 'sk') })),
        next: LastEvaluatedKey ? toPage(LastEvaluatedKey) : null,
      };
    },
  };
}

/** BatchGetItem: keys of one call. */
const MOST_KEYS = 100;

/** Asks again for what the table left unprocessed; throttled to a standstill it is a fault. */
async function readBatch(
  client: DynamoDBClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<readonly LedgerItem[]> {
  const found: LedgerItem[] = [];
  let wanted: Item[] = keys.map(({ pk, sk }) => toItem({ pk, sk }));
  while (wanted.length > 0) {
    const { Responses, UnprocessedKeys } = await guarded(
      client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
      ),
    );
    const left = UnprocessedKeys?.[table]?.Keys ?? [];
    if (Responses === undefined || left.length >= wanted.length) throw new Fault('ledger_unavailable');
    found.push(...(Responses[table] ?? []).map(fromItem));
    wanted = left;
  }
  return found;
}

/** Nothing is there yet, and if something is, show it: the same bytes mean that our own first try succeeded. */
export const putOnce = (table: string, item: LedgerItem): Put => ({
  TableName: table,
  Item: toItem(item),
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});

/** Filed under the person, so that forgetting one is deleting one partition. */
export const peoplePut = (table: string, item: LedgerItem, subject: string, values: object): Put => ({
  TableName: table,
  Item: { pk: { S: subject }, sk: { S: `${item.pk}#${item.sk}` }, body: { S: jcs(values) } },
  ConditionExpression: 'attribute_not_exists(pk)',
});

function spendPuts(table: string, spend: Spend | null): readonly Put[] {
  if (spend === null) return [];
  const proof = proofPut(table, spend);
  return spend.actorToken ? [proof, actorTokenPut(table, spend.actorToken)] : [proof];
}

const FAILED = 'ConditionalCheckFailed';

/** @returns `null` when all was written; else for each put whose condition failed what stood there instead. */
async function transact(
  client: DynamoDBClient,
  puts: readonly Put[],
): Promise<readonly (Item | undefined)[] | null> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: puts.map((Put) => ({ Put })) }));
    return null;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException))
      throw new Fault('ledger_unavailable', { cause: error });
    const reasons = error.CancellationReasons ?? [];
    const known = reasons.every(({ Code }) => Code === 'None' || Code === FAILED);
    if (!known || reasons.length !== puts.length || !reasons.some(({ Code }) => Code === FAILED)) {
      // A conflict or throttling, of one item even: nothing was written, and whose the others are is not known.
      throw new Fault('ledger_unavailable', { cause: error });
    }
    return reasons.map(({ Code, Item }) => (Code === FAILED ? (Item ?? {}) : undefined));
  }
}

async function put(client: DynamoDBClient, table: string, item: LedgerItem): Promise<'written' | 'exists'> {
  try {
    await client.send(new PutItemCommand(putOnce(table, item)));
    return 'written';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException))
      throw new Fault('ledger_unavailable', { cause: error });
    return error.Item?.body?.S === item.body ? 'written' : 'exists';
  }
}

const toItem = (fields: LedgerItem | DuePage | ItemKey): Item =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { S: value }]));

function fromItem(item: Item): LedgerItem {
  const { due, dueAt } = item;
  // What has no body is no record, as what has an empty one: whoever reads it says so. A fault would stop a sweep for ever.
  const found = { pk: string(item, 'pk'), sk: string(item, 'sk'), body: item.body?.S ?? '' };
  return due?.S !== undefined && dueAt?.S !== undefined ? { ...found, due: due.S, dueAt: dueAt.S } : found;
}

const toPage = (item: Item): DuePage => ({
  pk: string(item, 'pk'),
  sk: string(item, 'sk'),
  due: string(item, 'due'),
  dueAt: string(item, 'dueAt'),
});

function string(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Fault('ledger_unavailable');
  return value;
}
