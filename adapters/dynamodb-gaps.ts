/** What the gap sweep reads and remembers: the ledger from one end to the other, and where it stopped. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { GapCursor, GapPorts } from '../core/archive/gaps.ts';
import { Fault } from '../core/fault.ts';
import type { ItemKey } from '../core/ports.ts';
import { guarded, type Item } from './dynamodb-call.ts';
import { numeric } from './dynamodb-control.ts';

/** Items of one page: their bodies fit into the megabyte that a Scan gives. */
const PAGE = 500;

/**
 * Strongly consistent: what was put before the page was asked for is on it, or behind it.
 *
 * @param table - The ledger. @throws Fault `ledger_unavailable`.
 */
export const dynamodbWalk =
  (client: DynamoDBClient, table: string): GapPorts['walk'] =>
  async (after) => {
    const { Items, LastEvaluatedKey } = await guarded(
      client.send(
        new ScanCommand({
          TableName: table,
          Limit: PAGE,
          ConsistentRead: true,
          ProjectionExpression: 'pk, sk, body',
          ...(after === null ? {} : { ExclusiveStartKey: toKey(after) }),
        }),
      ),
    );
    if (Items === undefined) throw new Fault('ledger_unavailable');
    return {
      items: Items.map((item) => ({ ...keyOf(item), body: item.body?.S ?? '' })),
      next: LastEvaluatedKey === undefined ? null : keyOf(LastEvaluatedKey),
    };
  };

/** @param table - Control. Should it lose the cursor, the next sweep begins at the beginning. */
export function dynamodbGapCursor(client: DynamoDBClient, table: string): GapPorts['cursor'] {
  const Key = { pk: { S: 'ARCHIVE#gaps' }, sk: { S: 'cursor' } };
  return {
    async read() {
      const { Item } = await guarded(
        client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      if (Item === undefined) return { item: null, leaf: 0 };
      const { itemPk, itemSk, leaf } = Item;
      const item = itemPk === undefined ? null : keyOf({ pk: itemPk, sk: itemSk ?? { S: '' } });
      return { item, leaf: numeric(leaf) };
    },
    async write({ item, leaf }: GapCursor) {
      const place: Item = item === null ? {} : { itemPk: { S: item.pk }, itemSk: { S: item.sk } };
      await guarded(
        client.send(
          new PutItemCommand({ TableName: table, Item: { ...Key, ...place, leaf: { N: String(leaf) } } }),
        ),
      );
    },
  };
}

const toKey = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

function keyOf({ pk, sk }: Item): ItemKey {
  if (pk?.S === undefined || sk?.S === undefined) throw new Fault('ledger_unavailable');
  return { pk: pk.S, sk: sk.S };
}
