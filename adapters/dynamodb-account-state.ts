import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { Fault } from '../core/fault.ts';
import { MEASURED_KEPT } from '../core/limits.ts';
import { type AccountState, RUNGS } from '../core/revocation/ports.ts';
import { guarded, type Item } from './dynamodb-call.ts';
import { healthKey } from './dynamodb-control.ts';

type Key = ReturnType<typeof healthKey>;

const writtenKey = (account: string): Key => ({ pk: { S: `WRITTEN#${account}` }, sk: { S: 'written' } });
const measuredKey = (account: string): Key => ({ pk: { S: `MEASURED#${account}` }, sk: { S: 'measured' } });

const millis = () => z.int().check(z.nonnegative());
const Written = z.object({
  version: z.string(),
  sha256: z.string(),
  at: millis(),
  seenAt: z.nullable(millis()),
  asked: z.nullable(z.string()),
  attachedTo: z.readonly(z.array(z.string())),
});
const Health = z.object({
  verifiedAt: millis(),
  version: z.string(),
  rung: z.enum(RUNGS),
  entries: millis(),
  characters: millis(),
  directDenies: z.readonly(z.array(z.string())),
});
const Measured = z.readonly(z.array(millis()));

/**
 * What control keeps of one account's reconciler. Each is one item with its JSON as `body`; of health mint reads
 * `verifiedAt` alone, so that stands beside it.
 *
 * @param table - Control.
 * @param account - Twelve digits.
 * @returns a port that throws Fault `ledger_unavailable`, also for an item that cannot be read.
 */
export function dynamodbAccountState(client: DynamoDBClient, table: string, account: string): AccountState {
  const read = async <T>(Key: Key, schema: z.ZodMiniType<T>): Promise<T | null> => {
    const { Item } = await guarded(
      client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
    );
    return Item === undefined ? null : parsed(Item.body?.S, schema);
  };
  const put = (item: Item) => guarded(client.send(new PutItemCommand({ TableName: table, Item: item })));
  const measured = async () => (await read(measuredKey(account), Measured)) ?? [];

  return {
    written: () => read(writtenKey(account), Written),
    async setWritten(written) {
      await put({ ...writtenKey(account), body: { S: JSON.stringify(written) } });
    },

    health: () => read(healthKey(account), Health),
    async setHealth(health) {
      const verifiedAt = { N: String(health.verifiedAt) };
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: { ...healthKey(account), verifiedAt, body: { S: JSON.stringify(health) } },
            ConditionExpression: 'attribute_not_exists(verifiedAt) OR verifiedAt <= :at',
            ExpressionAttributeValues: { ':at': verifiedAt },
          }),
        );
      } catch (error) {
        // Another run has verified it later than this one.
        if (error instanceof ConditionalCheckFailedException) return;
        throw new Fault('ledger_unavailable', { cause: error });
      }
    },

    measured,
    async addMeasured(added) {
      const kept = [...(await measured()), ...added].slice(-MEASURED_KEPT);
      await put({ ...measuredKey(account), body: { S: JSON.stringify(kept) } });
    },
  };
}

function parsed<T>(body: string | undefined, schema: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(body ?? '');
  } catch {
    throw new Fault('ledger_unavailable');
  }
  const result = schema.safeParse(json);
  if (!result.success) throw new Fault('ledger_unavailable');
  return result.data;
}
