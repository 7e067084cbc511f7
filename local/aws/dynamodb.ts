import { isJsonObject, type JsonObject, parseIJson } from '../../core/encoding/i-json.ts';
import { decodeUtf8 } from '../../core/encoding/utf8.ts';
import { ACCOUNT } from './account.ts';
import type { Answer, Call, ContextKeys, Handler, Service } from './call.ts';
import { type Engine, keySchema } from './dynamodb-engine.ts';
import { type ItemOperation, leadingKeys, serialization, type Touched, touched } from './dynamodb-items.ts';
import { AwsError, notImplemented } from './errors.ts';

const TARGET = /^DynamoDB_20120810\.([A-Za-z]{1,64})$/;

/** @param engine - A real DynamoDB engine, or `null` when the stack has none. */
export function createDynamodb(engine: Engine | null): Service<'dynamodb'> {
  const handle =
    (operation: ItemOperation): Handler =>
    (call) =>
      judgeAndForward(call, operation, engine);
  return {
    protocol: 'json',
    route: ({ headers }) => TARGET.exec(headers['x-amz-target'] ?? '')?.[1] ?? null,
    operations: {
      ListTables: (call) => listTables(call, engine),
      DescribeTable: (call) => describeTable(call, 'DescribeTable', engine),
      DescribeTimeToLive: (call) => describeTable(call, 'DescribeTimeToLive', engine),
      DescribeContinuousBackups: (call) => describeTable(call, 'DescribeContinuousBackups', engine),
      GetItem: handle('GetItem'),
      PutItem: handle('PutItem'),
      UpdateItem: handle('UpdateItem'),
      DeleteItem: handle('DeleteItem'),
      Query: handle('Query'),
      Scan: handle('Scan'),
      BatchGetItem: handle('BatchGetItem'),
      BatchWriteItem: handle('BatchWriteItem'),
      TransactGetItems: handle('TransactGetItems'),
      TransactWriteItems: handle('TransactWriteItems'),
    },
  };
}

/** A read that is about no table: allowed or not, it touches nothing. */
async function listTables(call: Call, engine: Engine | null): Promise<Answer> {
  if (engine === null) throw withoutEngine();
  const { Limit, ExclusiveStartTableName } = parseBody(call.wire.body);
  const sent = {
    ...(typeof Limit === 'number' ? { limit: Limit } : {}),
    ...(typeof ExclusiveStartTableName === 'string'
      ? { exclusiveStartTableName: ExclusiveStartTableName }
      : {}),
  };
  if (Object.keys(sent).length > 0) call.trail.requestParameters = sent;
  call.authorize('dynamodb:ListTables', '*');
  return forward(call, 'ListTables', engine);
}

/** What a table is like. What the engine does not know of is not guessed: its refusal is the answer. */
async function describeTable(call: Call, operation: string, engine: Engine | null): Promise<Answer> {
  if (engine === null) throw withoutEngine();
  const { TableName } = parseBody(call.wire.body);
  if (typeof TableName !== 'string') throw serialization();
  call.trail.requestParameters = { tableName: TableName };
  call.authorize(`dynamodb:${operation}`, tableArn(call, TableName));
  return forward(call, operation, engine);
}

/** Every action on every table of the request must be allowed; then the very bytes go to the engine. */
async function judgeAndForward(call: Call, operation: ItemOperation, engine: Engine | null): Promise<Answer> {
  if (engine === null) throw withoutEngine();
  const body = parseBody(call.wire.body);
  const parts = touched(operation, body);
  if (parts.length === 0) throw serialization();
  note(call, body, parts);
  for (const part of parts) {
    const schema = await keySchema(engine, part.table, part.index);
    call.authorize(part.action, arnOf(call, part), {
      ...(schema === null ? {} : { 'dynamodb:LeadingKeys': leadingKeys(part, schema) }),
      ...requestKeys(part.action, operation, body),
    });
    // Without a schema the leading keys were not judged, so nothing is sent.
    if (schema === null) throw new AwsError(400, 'ResourceNotFoundException', 'Requested resource not found');
  }
  return forward(call, operation, engine);
}

const withoutEngine = (): AwsError => notImplemented('DynamoDB without an engine behind it');

async function forward(call: Call, operation: string, engine: Engine): Promise<Answer> {
  const answered = await engine.send(operation, call.wire.body);
  if (answered.status >= 400) {
    call.trail.errorCode = answered.errorType;
    call.trail.errorMessage = 'The engine refused the request.';
  }
  return {
    status: answered.status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: answered.body,
  };
}

/** A name that stands twice could be read differently here and in the engine: refused. */
function parseBody(bytes: Buffer): JsonObject {
  const text = decodeUtf8(bytes);
  const body = text === null ? null : parseIJson(text);
  if (!body?.ok || !isJsonObject(body.value)) throw serialization();
  return body.value;
}

const tableArn = (call: Call, table: string): string =>
  `arn:aws:dynamodb:${call.region}:${ACCOUNT}:table/${table}`;

const arnOf = (call: Call, { table, index }: Touched): string =>
  index === undefined ? tableArn(call, table) : `${tableArn(call, table)}/index/${index}`;

/** DynamoDB's own condition keys but for `dynamodb:Attributes`, which `authorize.ts` refuses to judge. */
function requestKeys(action: string, operation: string, body: JsonObject): ContextKeys {
  const text = (name: string, value: unknown): ContextKeys =>
    typeof value === 'string' ? { [name]: value } : {};
  return {
    ...text('dynamodb:Select', body.Select),
    ...text('dynamodb:ReturnValues', body.ReturnValues),
    ...text('dynamodb:ReturnConsumedCapacity', body.ReturnConsumedCapacity),
    ...(operation.startsWith('Transact') ? { 'dynamodb:EnclosingOperation': operation } : {}),
    ...(action === 'dynamodb:Scan' ? { 'dynamodb:FullTableScan': 'true' } : {}),
  };
}

/** Real events of the classic API name tables and keys, and no other attribute. */
function note(call: Call, body: JsonObject, parts: readonly Touched[]): void {
  const tables = [...new Set(parts.map(({ table }) => table))];
  const [table] = tables;
  call.trail.requestParameters =
    tables.length === 1 && table !== undefined
      ? { tableName: table, ...keyOf(body) }
      : { requestItems: tables.map((tableName) => ({ tableName })) };
  call.trail.resources = tables.map((name) => ({
    accountId: ACCOUNT,
    type: 'AWS::DynamoDB::Table',
    ARN: tableArn(call, name),
  }));
}

function keyOf({ Key }: JsonObject): { key?: { [name: string]: string } } {
  if (typeof Key !== 'object' || Key === null) return {};
  const values = Object.entries(Key).map(([name, value]): [string, string] => [
    name,
    String(Object.values(value ?? {})[0]),
  ]);
  return { key: Object.fromEntries(values) };
}
