/**
 * What a DynamoDB request touches: one entry for each action and table that IAM must allow
 * (Service Authorization Reference, DynamoDB; Developer Guide, "Using IAM with transactions").
 */
import { AwsError, notImplemented } from './errors.ts';
import type { OperationName } from './operations.ts';

/** What reads or writes items, and so is about tables. */
export type ItemOperation = Exclude<OperationName<'dynamodb'>, 'ListTables' | `Describe${string}`>;

type Json = { readonly [name: string]: unknown };

export interface Touched {
  /** `dynamodb:…`. */
  readonly action: string;
  readonly table: string;
  readonly index?: string;
  /** The keys or items named; `null` where the request names none (Scan). */
  readonly items: readonly Json[] | null;
  /** Query's key condition, from which the partition is read. */
  readonly condition?: Json;
}

/** DynamoDB: names of tables and indexes. */
const NAME = /^[\w.-]{3,255}$/;

export function touched(operation: ItemOperation, body: Json): Touched[] {
  switch (operation) {
    case 'GetItem':
    case 'DeleteItem':
    case 'UpdateItem':
      return [{ action: `dynamodb:${operation}`, table: table(body), items: [object(body.Key)] }];
    case 'PutItem':
      return [{ action: 'dynamodb:PutItem', table: table(body), items: [object(body.Item)] }];
    case 'Scan':
      return [{ action: 'dynamodb:Scan', table: table(body), ...index(body), items: null }];
    case 'Query':
      return [{ action: 'dynamodb:Query', table: table(body), ...index(body), items: null, condition: body }];
    case 'BatchGetItem':
      return Object.entries(object(body.RequestItems)).map(([name, request]) => ({
        action: 'dynamodb:BatchGetItem',
        table: tableName(name),
        items: list(object(request).Keys).map(object),
      }));
    case 'BatchWriteItem':
      return Object.entries(object(body.RequestItems)).map(([name, requests]) => ({
        action: 'dynamodb:BatchWriteItem',
        table: tableName(name),
        items: list(requests).map((request) => {
          const [kind, write] = only(request);
          if (kind !== 'PutRequest' && kind !== 'DeleteRequest') throw serialization();
          return object(kind === 'PutRequest' ? write.Item : write.Key);
        }),
      }));
    case 'TransactGetItems':
      return list(body.TransactItems).map((item) => {
        const [kind, get] = only(item);
        if (kind !== 'Get') throw serialization();
        return { action: 'dynamodb:GetItem', table: table(get), items: [object(get.Key)] };
      });
    case 'TransactWriteItems':
      return list(body.TransactItems).map(transactWrite);
  }
}

const TRANSACT_ACTIONS: { readonly [kind: string]: string } = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

function transactWrite(item: unknown): Touched {
  const [kind, write] = only(item);
  const action = TRANSACT_ACTIONS[kind];
  if (action === undefined) throw serialization();
  return { action, table: table(write), items: [object(kind === 'Put' ? write.Item : write.Key)] };
}

/**
 * The values of the partition key that a request names: `dynamodb:LeadingKeys`. Never left out where a policy
 * could ask for it, because `ForAllValues` on a missing key is true.
 *
 * @param hash - Name of the table's (or index's) partition key.
 */
export function leadingKeys({ items, condition }: Touched, hash: string): readonly string[] {
  if (items !== null) return items.map((item) => keyText(item[hash]));
  if (condition === undefined) return [];
  if (condition.KeyConditions !== undefined)
    throw notImplemented('KeyConditions; use KeyConditionExpression');
  const names = object(condition.ExpressionAttributeNames ?? {});
  const values = object(condition.ExpressionAttributeValues ?? {});
  const equalities = [...String(condition.KeyConditionExpression).matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)];
  const found = equalities.filter(([, name = '']) => (name.startsWith('#') ? names[name] : name) === hash);
  const [, , value = ''] = found[0] ?? [];
  if (found.length !== 1) throw notImplemented('this KeyConditionExpression');
  return [keyText(values[value])];
}

/** `{"S": "a"}` → `a`: strings, numbers and binary are all text on the wire. */
function keyText(value: unknown): string {
  const [, text] = Object.entries(object(value))[0] ?? [];
  if (typeof text !== 'string') throw serialization();
  return text;
}

function index(body: Json): { readonly index?: string } {
  if (body.IndexName === undefined) return {};
  if (typeof body.IndexName !== 'string' || !NAME.test(body.IndexName)) throw serialization();
  return { index: body.IndexName };
}

const table = (body: Json): string => tableName(body.TableName);

/** A name and no ARN: not every engine takes those. */
function tableName(name: unknown): string {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new AwsError(400, 'ValidationException', 'TableName is not the name of a table.');
  return name;
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw serialization();
  return value as Json;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw serialization();
  return value;
}

/** The one member of an object that must have just one. */
function only(value: unknown): [string, Json] {
  const entries = Object.entries(object(value));
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) throw serialization();
  return [entry[0], object(entry[1])];
}

export const serialization = (): AwsError =>
  new AwsError(400, 'SerializationException', 'The request body is not what this operation takes.');
