/** Of the evidence log what control holds: the head, and where each leaf stands. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { batchesOf } from '../core/batches.ts';
import type { IndexedLeaf, LeafIndex, LeafKey, LogHead, LogHeads } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';
import { guarded, type Item, partition } from './dynamodb-call.ts';
import { numeric } from './dynamodb-control.ts';

const HEAD: Item = { pk: { S: 'ARCHIVE#head' }, sk: { S: 'head' } };
const EMPTY: LogHead = { version: 0, size: 0, edge: [], published: 0, pending: [], at: 0 };

/**
 * The head, in one item that is only ever replaced by the next version.
 *
 * @param table - Control.
 * @returns ports that throw Fault `ledger_unavailable` alone, also for an item that cannot be read: a head that is there and
 *   says nothing must not read as an empty log.
 */
export function dynamodbLogHeads(client: DynamoDBClient, table: string): LogHeads {
  return {
    async read() {
      const { Item } = await guarded(
        client.send(new GetItemCommand({ TableName: table, Key: HEAD, ConsistentRead: true })),
      );
      return Item === undefined ? EMPTY : toHead(Item);
    },
    async advance(head) {
      const { version, size, edge, published, pending, at } = head;
      const number = (value: number) => ({ N: String(value) });
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...HEAD,
              ...{
                version: number(version),
                size: number(size),
                published: number(published),
                at: number(at),
              },
              edge: { L: edge.map((hash) => ({ B: hash })) },
              pending: { L: pending.map((path) => ({ S: path })) },
            },
            ...(version === 1
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  ConditionExpression: '#version = :before',
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':before': number(version - 1) },
                }),
          }),
        );
        return 'written';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'lost';
        throw new Fault('ledger_unavailable', { cause: error });
      }
    },
  };
}

function toHead({ version, size, published, at, edge, pending }: Item): LogHead {
  const hashes = edge?.L?.map(({ B }) => B);
  const paths = pending?.L?.map(({ S }) => S);
  if (!isWhole(hashes) || !isWhole(paths)) throw new Fault('ledger_unavailable');
  return {
    version: numeric(version),
    size: numeric(size),
    published: numeric(published),
    at: numeric(at),
    edge: hashes,
    pending: paths,
  };
}

const isWhole = <T>(list: readonly (T | undefined)[] | undefined): list is readonly T[] =>
  list?.every((each) => each !== undefined) === true;

/** DynamoDB: keys of one BatchGetItem, items of one BatchWriteItem. */
const MOST_KEYS = 100;
const MOST_PUTS = 25;

/**
 * Leaves by their places: `LEAF#<pk of the record>` / `<sk>#<leaf>`.
 *
 * @param table - Control.
 */
export function dynamodbLeafIndex(client: DynamoDBClient, table: string): LeafIndex {
  return {
    async find(leaves) {
      const keys = new Map(leaves.map((leaf) => [placeOf(leaf), leafKey(leaf)]));
      const found = new Map<string, number>();
      for (const some of batchesOf([...keys.values()], MOST_KEYS)) {
        for (let wanted: readonly Item[] = some; wanted.length > 0; ) {
          const { Responses, UnprocessedKeys } = await guarded(
            client.send(
              new BatchGetItemCommand({
                RequestItems: { [table]: { Keys: [...wanted], ConsistentRead: true } },
              }),
            ),
          );
          const left = UnprocessedKeys?.[table]?.Keys ?? [];
          // A key that was not read is not one that is absent: taking it for that would put a leaf into the log twice.
          if (Responses === undefined || left.length >= wanted.length) throw new Fault('ledger_unavailable');
          for (const item of Responses[table] ?? []) found.set(toLeaf(item).leaf, toLeaf(item).index);
          wanted = left;
        }
      }
      return found;
    },

    async put(leaves) {
      for (const some of batchesOf(leaves, MOST_PUTS)) {
        let left = some.map((leaf) => ({ PutRequest: { Item: toItem(leaf) } }));
        while (left.length > 0) {
          const { UnprocessedItems } = await guarded(
            client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } })),
          );
          const again = (UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
            PutRequest?.Item === undefined ? [] : [{ PutRequest: { Item: PutRequest.Item } }],
          );
          if (again.length >= left.length) throw new Fault('ledger_unavailable');
          left = again;
        }
      }
    },

    async of(pk) {
      const leaves: IndexedLeaf[] = [];
      for await (const page of partition(client, table, partitionOf(pk))) leaves.push(...page.map(toLeaf));
      return leaves.sort((one, other) => one.index - other.index);
    },
  };
}

const LEAF = 'LEAF#';
const partitionOf = (pk: string): string => `${LEAF}${pk}`;
const placeOf = ({ pk, sk, leaf }: LeafKey): string => `${pk} ${sk} ${leaf}`;
const leafKey = ({ pk, sk, leaf }: LeafKey) => ({ pk: { S: partitionOf(pk) }, sk: { S: `${sk}#${leaf}` } });
const toItem = (leaf: IndexedLeaf): Item => ({ ...leafKey(leaf), index: { N: String(leaf.index) } });

function toLeaf({ pk, sk, index }: Item): IndexedLeaf {
  const [, place, leaf] = /^(.*)#([0-9a-f]{64})$/s.exec(sk?.S ?? '') ?? [];
  if (place === undefined || leaf === undefined || !pk?.S?.startsWith(LEAF))
    throw new Fault('ledger_unavailable');
  return { pk: pk.S.slice(LEAF.length), sk: place, leaf, index: numeric(index) };
}
