import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';

export type Item = Record<string, AttributeValue>;

/** A call of which no failure means anything but that nobody knows: Fault `ledger_unavailable`. */
export async function guarded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Fault('ledger_unavailable', { cause: error });
  }
}

/** What is asked beside the partition: sort keys with that beginning only, and which attributes. */
type Asked = Pick<QueryCommandInput, 'ProjectionExpression'> & { readonly beginning?: string };

/**
 * Items of one partition, by sort key, page by page. Strongly consistent.
 *
 * @param pk - Of a table whose keys are `pk` and `sk`. @throws Fault `ledger_unavailable`.
 */
export async function* partition(
  client: DynamoDBClient,
  table: string,
  pk: string,
  { beginning, ...asked }: Asked = {},
): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const page = await guarded(
      client.send(
        new QueryCommand({
          ...asked,
          TableName: table,
          KeyConditionExpression: beginning === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: {
            ':pk': { S: pk },
            ...(beginning === undefined ? {} : { ':sk': { S: beginning } }),
          },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      ),
    );
    // An answer without items is no empty partition.
    if (page.Items === undefined) throw new Fault('ledger_unavailable');
    yield page.Items;
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
