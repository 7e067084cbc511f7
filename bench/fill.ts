/** A ledger full of writs: each with the items that one exchange left, under ids of its own. */
import { randomBytes } from 'node:crypto';
import { type AttributeValue, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Put {
  readonly TableName: string;
  readonly Item: Record<string, AttributeValue>;
}

/** @param body - Of a TransactWriteItems. */
export const putsOf = (body: string): readonly Put[] =>
  (JSON.parse(body).TransactItems as readonly { readonly Put: Put }[]).map((item) => item.Put);

/** @param like - All that one exchange wrote. @param count - As many writs more. */
export async function fill(client: DynamoDBClient, like: readonly Put[], count: number): Promise<void> {
  const items = JSON.stringify(like);
  const writ = /"WRIT#([^"#]+)"/.exec(items)?.[1] ?? '';
  const key = /"KEY#([^"#]+)"/.exec(items)?.[1] ?? '';
  let left = count;
  const writer = async (): Promise<void> => {
    while (left > 0) {
      const batch = Array.from({ length: Math.min(4, left) }, () => another(items, writ, key)).flat();
      left -= 4;
      const RequestItems = Object.groupBy(batch, ({ table }) => table);
      await client.send(
        new BatchWriteItemCommand({
          RequestItems: Object.fromEntries(
            Object.entries(RequestItems).map(([table, puts = []]) => [table, puts.map(({ put }) => put)]),
          ),
        }),
      );
    }
  };
  await Promise.all([writer(), writer(), writer(), writer()]);
}

function another(items: string, writ: string, key: string) {
  const id = randomBytes(8).toString('hex');
  const made = JSON.parse(
    items.replaceAll(writ, id).replaceAll(key, `ASIA${id.toUpperCase()}`),
  ) as readonly Put[];
  return made
    .filter(({ Item }) => !Item.pk?.S?.startsWith('ACTOR#'))
    .map(({ TableName, Item }) => {
      const own = Item.pk?.S?.startsWith('PROOF#') ? { ...Item, sk: { S: id } } : Item;
      return { table: TableName, put: { PutRequest: { Item: own } } };
    });
}
