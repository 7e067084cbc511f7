/** What functions ask of AWS, counted as a bill counts it: by whom, which call, and DynamoDB's request units. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One call of a function's. `units`: DynamoDB's, where it is one. */
export interface Metered {
  /** Of whom made it. */
  readonly accessKeyId: string;
  readonly call: string;
  readonly units: Units;
  /** Bytes that it puts into each table. */
  readonly puts: { readonly [table: string]: number };
}

/** Request units of on-demand tables. */
export interface Units {
  readonly read: number;
  readonly write: number;
}

interface Attribute {
  readonly [type: string]: unknown;
}
interface Item {
  readonly [name: string]: Attribute;
}
interface Input {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly ConsistentRead?: boolean;
  readonly TransactItems?: readonly { readonly [kind: string]: Input }[];
  readonly RequestItems?: { readonly [table: string]: unknown };
}

const KB = 1024;
/** A unit of reading is of so many bytes. */
const READ_BYTES = 4 * KB;
/** What an index over nothing but keys takes: a unit for each item that is in it. */
const DUE = 'due';

/** @param body, answer - JSON of the call, and of what the engine said to it. */
export function unitsOf(operation: string, body: string, answer: string): Units {
  const input = JSON.parse(body) as Input;
  switch (operation) {
    case 'TransactWriteItems': {
      const writes = (input.TransactItems ?? []).flatMap(Object.values).map(writeUnits);
      // Twice: once to prepare, once to commit; an index is written once.
      return { read: 0, write: sum(writes.map(({ item, index }) => 2 * item + index)) };
    }
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem': {
      const { item, index } = writeUnits(input);
      return { read: 0, write: item + index };
    }
    case 'BatchWriteItem': {
      const requests = Object.values(input.RequestItems ?? {}) as readonly (readonly unknown[])[];
      return { read: 0, write: sum(requests.map((each) => each.length)) };
    }
    case 'GetItem':
      return { read: readUnits(answer, input.ConsistentRead === true), write: 0 };
    case 'Query':
      return { read: readUnits(answer, input.ConsistentRead === true), write: 0 };
    case 'BatchGetItem': {
      // Each key is a read of its own, of one that is not there as well.
      const tables = Object.values(input.RequestItems ?? {}) as readonly {
        readonly Keys?: readonly unknown[];
      }[];
      return { read: sum(tables.map(({ Keys = [] }) => Keys.length)), write: 0 };
    }
    default:
      return { read: 0, write: 0 };
  }
}

function putsOf(operation: string, body: string): Metered['puts'] {
  const input = JSON.parse(body) as Input;
  const parts = (input.TransactItems ?? []).flatMap((item) => Object.values(item));
  const of = operation === 'PutItem' ? [input] : parts;
  const puts: { [table: string]: number } = {};
  for (const { TableName = '', Item = {} } of of) puts[TableName] = (puts[TableName] ?? 0) + bytesOf(Item);
  return puts;
}

const writeUnits = ({ Item = {} }: Input): { readonly item: number; readonly index: number } => ({
  item: Math.max(1, Math.ceil(bytesOf(Item) / KB)),
  index: Object.hasOwn(Item, DUE) ? 1 : 0,
});

/** The engine's answer is a little longer than its items: rounded up, as a bill would be. */
const readUnits = (answer: string, consistent: boolean): number =>
  Math.max(1, Math.ceil(Buffer.byteLength(answer) / READ_BYTES)) * (consistent ? 1 : 0.5);

const bytesOf = (item: Item): number =>
  sum(
    Object.entries(item).map(
      ([name, value]) => name.length + Buffer.byteLength(String(Object.values(value)[0])),
    ),
  );

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export interface Meter {
  /** Where it listens. */
  readonly endpoint: string;
  readonly calls: readonly Metered[];
  readonly close: () => Promise<void>;
}

/** Stands before the engine and writes down what passes. */
export async function meterBefore(engine: string): Promise<Meter> {
  const calls: Metered[] = [];
  const server = createServer((from, to) => {
    const sent: Buffer[] = [];
    from.on('data', (chunk: Buffer) => sent.push(chunk));
    from.on('end', () => {
      const body = Buffer.concat(sent);
      const { host: _, ...headers } = from.headers;
      const on = forward(engine, { method: from.method, path: from.url, headers }, (answer) => {
        const got: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => got.push(chunk));
        answer.on('end', () => {
          const said = Buffer.concat(got);
          note(from.headers, body.toString(), said.toString());
          to.writeHead(answer.statusCode ?? 502, answer.headers).end(said);
        });
      });
      on.on('error', () => to.destroy());
      on.end(body);
    });
  });
  function note(headers: { readonly [name: string]: unknown }, body: string, answer: string): void {
    const accessKeyId = /Credential=([^/]+)\//.exec(String(headers.authorization))?.[1] ?? '';
    const operation = /^DynamoDB_\d+\.(\w+)$/.exec(String(headers['x-amz-target']))?.[1];
    if (operation === undefined) return;
    const units = unitsOf(operation, body, answer);
    calls.push({ accessKeyId, call: `dynamodb:${operation}`, units, puts: putsOf(operation, body) });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One event of the trail, as far as a count needs it. */
export interface Trailed {
  readonly id: string;
  readonly call: string;
  readonly accessKeyId: string;
  /** Of whom the call was about: a function's name, where one was invoked. */
  readonly of: string;
}

/** Everything that is in the trail's files. */
export async function trailed(dir: string): Promise<readonly Trailed[]> {
  const files = await readdir(dir, { recursive: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.endsWith('.json.gz'))
      .map(async (file) => gunzipSync(await readFile(join(dir, file))).toString()),
  );
  return texts.flatMap((text) =>
    (JSON.parse(text) as { readonly Records: readonly TrailRecord[] }).Records.map((record) => ({
      id: record.eventID,
      call: `${record.eventSource.split('.')[0]}:${record.eventName}`,
      accessKeyId: record.userIdentity?.accessKeyId ?? '',
      of: record.requestParameters?.functionName ?? '',
    })),
  );
}

interface TrailRecord {
  readonly eventID: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly userIdentity?: { readonly accessKeyId?: string };
  readonly requestParameters?: { readonly functionName?: string } | null;
}
