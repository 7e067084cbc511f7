import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';
import { INTENT, writKey } from '../core/ledger/keys.ts';
import { COUNTER_KEPT_SECONDS } from '../core/limits.ts';
import type { Cursor, Head, HeadKey, ReadHeads, RefusalCounter } from '../core/ports.ts';
import { guarded, type Item } from './dynamodb-call.ts';
import { type Tables, TTL_ATTRIBUTE } from './tables.ts';

const HEAD = 'head';
export const headKey = ({ kind, value }: HeadKey): Item => ({
  pk: { S: `REVOKED#${kind}#${value}` },
  sk: { S: HEAD },
});

/** Where a reconciler writes that it has verified an account. */
export const healthKey = (account: string) => ({ pk: { S: `HEALTH#${account}` }, sk: { S: 'health' } });

/**
 * Heads, health and intent in one strongly consistent BatchGetItem (rules 8 and 9).
 *
 * @returns a port that answers only the heads that there are, and throws Fault `ledger_unavailable` for whatever was not
 *   read, or cannot be.
 */
export const dynamodbReadHeads =
  (client: DynamoDBClient, tables: Tables): ReadHeads =>
  async (heads, writ, account) => {
    const keys = heads.map(headKey);
    const health = account === null ? null : healthKey(account);
    // Who asks whether a session may begin in an account asks whether it would be evidence, too.
    const mark = account === null ? null : ARCHIVE_MARK;
    const others = [...(health ? [health] : []), ...(mark ? [mark] : [])];
    const intentKey = writ === null ? null : { pk: { S: writKey(writ) }, sk: { S: INTENT } };
    const answer = await guarded(
      client.send(
        new BatchGetItemCommand({
          RequestItems: {
            [tables.control]: { Keys: [...keys, ...others], ConsistentRead: true },
            ...(intentKey ? { [tables.ledger]: { Keys: [intentKey], ConsistentRead: true } } : {}),
          },
        }),
      ),
    );
    // A key that was not read says nothing: taking it for "never revoked" would open the gate under load.
    const control = answer.Responses?.[tables.control];
    if (control === undefined || Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
      throw new Fault('ledger_unavailable');
    }
    const found = new Map(control.map((item) => [item.pk?.S, item]));
    const read = heads.flatMap((head, index) => {
      const item = found.get(keys[index]?.pk?.S);
      return item ? [toHead(head, item)] : [];
    });
    const verified = health ? found.get(health.pk.S) : undefined;
    const archived = mark ? found.get(mark.pk.S) : undefined;
    // Something that was not asked for is the answer to another question: of the heads it says nothing.
    const told = read.length + Number(verified !== undefined) + Number(archived !== undefined);
    if (told !== control.length) throw new Fault('ledger_unavailable');
    return {
      heads: read,
      intent: answer.Responses?.[tables.ledger]?.[0]?.body?.S ?? null,
      verifiedAt: verified ? numeric(verified.verifiedAt) : null,
      archivedTo: archived ? numeric(archived.settledTo) : null,
    };
  };

/** A head that is there and cannot be read must not read as "never revoked". */
function toHead({ kind, value }: HeadKey, item: Item): Head {
  const pending = item.pending !== undefined;
  const cutoff = item.cutoff === undefined ? null : numeric(item.cutoff);
  const blockedUntil = item.blockedUntil === undefined ? null : numeric(item.blockedUntil);
  // A lift leaves when it was asked for, and nothing else where nothing had been ended.
  const lifted = item.blockSeq !== undefined && numeric(item.blockSeq) > 0;
  if (!pending && cutoff === null && blockedUntil === null && !lifted) throw new Fault('ledger_unavailable');
  const blockedBy = item.blockedBy?.S;
  return { kind, value, pending, cutoff, blockedUntil, ...(blockedBy === undefined ? {} : { blockedBy }) };
}

/** A whole number, not negative. `Number('')` would be 0: a cut-off that has long been. */
export function numeric(attribute: AttributeValue | undefined): number {
  const digits = attribute?.N ?? '';
  if (!/^\d{1,15}$/.test(digits)) throw new Fault('ledger_unavailable');
  return Number(digits);
}

/**
 * One `UpdateItem ADD` a refusal: strangers cannot make the ledger grow (rule 2). A count whose answer was lost counts
 * twice, and the record at 10 comes early: it is a number for people.
 *
 * @param table - Control.
 */
export function dynamodbRefusalCounter(client: DynamoDBClient, table: string): RefusalCounter {
  const key = (principal: string, reason: string, minute: number) => ({
    pk: { S: `REFUSED#${principal}` },
    sk: { S: `${reason}#${minute}` },
  });
  const update = async (input: Omit<UpdateItemCommandInput, 'TableName' | 'ReturnValues'>): Promise<Item> => {
    const { Attributes } = await guarded(
      client.send(new UpdateItemCommand({ ...input, TableName: table, ReturnValues: 'ALL_NEW' })),
    );
    return Attributes ?? {};
  };
  return {
    async count(principal, reason, minute) {
      const counted = await update({
        Key: key(principal, reason, minute),
        UpdateExpression: 'ADD #count :one SET #expires = :expires',
        ExpressionAttributeNames: { '#count': 'count', '#expires': TTL_ATTRIBUTE },
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':expires': { N: String(minute * 60 + COUNTER_KEPT_SECONDS) },
        },
      });
      return { count: numeric(counted.count), first: counted.first?.S ?? null };
    },
    async name(principal, reason, minute, writ) {
      const named = await update({
        Key: key(principal, reason, minute),
        UpdateExpression: 'SET #first = if_not_exists(#first, :writ)',
        ExpressionAttributeNames: { '#first': 'first' },
        ExpressionAttributeValues: { ':writ': { S: writ } },
      });
      if (named.first?.S === undefined) throw new Fault('ledger_unavailable');
      return named.first.S;
    },
  };
}

/** Up to when the evidence log has all that was due: the archiver writes it, and mint issues nothing long after it. */
export const ARCHIVE_MARK = { pk: { S: 'ARCHIVE#mark' }, sk: { S: 'mark' } };

/** Of the sweep, and of the archiver. Should control lose one, whoever goes by it looks back a day. */
const CURSORS = { sweep: { pk: { S: 'CURSOR#sweep' }, sk: { S: 'cursor' } }, archive: ARCHIVE_MARK };

/**
 * How far somebody has come: one item, its time in `settledTo`.
 *
 * @param table - Control.
 */
export function dynamodbCursor(
  client: DynamoDBClient,
  table: string,
  whose: keyof typeof CURSORS = 'sweep',
): Cursor {
  const Key = CURSORS[whose];
  return {
    async read() {
      const { Item } = await guarded(
        client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      return Item === undefined ? null : numeric(Item.settledTo);
    },
    async advance(to) {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key,
            UpdateExpression: 'SET settledTo = :to',
            ConditionExpression: 'attribute_not_exists(settledTo) OR settledTo < :to',
            ExpressionAttributeValues: { ':to': { N: String(to) } },
          }),
        );
      } catch (error) {
        // Another sweep has come further.
        if (error instanceof ConditionalCheckFailedException) return;
        throw new Fault('ledger_unavailable', { cause: error });
      }
    },
  };
}
