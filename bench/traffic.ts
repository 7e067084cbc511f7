/** What went over the wire, counted: calls, keys and items as DynamoDB's JSON names them, bytes of bodies. */

/** Since the last reset. */
export interface Traffic {
  readonly calls: { readonly [operation: string]: number };
  /** Named in a request: read or written. A query names none. */
  readonly keysRead: number;
  readonly keysWritten: number;
  /** Items that an answer held. */
  readonly itemsRead: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export const NOTHING: Traffic = {
  calls: {},
  keysRead: 0,
  keysWritten: 0,
  itemsRead: 0,
  bytesSent: 0,
  bytesReceived: 0,
};

/** @param target - `x-amz-target`; where there is none, the body is a form of awsQuery. */
export const operationOf = (target: string | undefined, body: string): string =>
  target?.split('.')[1] ?? new URLSearchParams(body).get('Action') ?? '';

/** @returns the traffic, with one call more. */
export function counted(traffic: Traffic, operation: string, sent: Buffer, received: Buffer): Traffic {
  const { keysRead, keysWritten } = keysOf(operation, sent);
  return {
    calls: { ...traffic.calls, [operation]: (traffic.calls[operation] ?? 0) + 1 },
    keysRead: traffic.keysRead + keysRead,
    keysWritten: traffic.keysWritten + keysWritten,
    itemsRead: traffic.itemsRead + itemsIn(operation, received),
    bytesSent: traffic.bytesSent + sent.length,
    bytesReceived: traffic.bytesReceived + received.length,
  };
}

function keysOf(operation: string, sent: Buffer): Pick<Traffic, 'keysRead' | 'keysWritten'> {
  switch (operation) {
    case 'GetItem':
      return { keysRead: 1, keysWritten: 0 };
    case 'BatchGetItem':
      return { keysRead: sum(tables(sent, 'RequestItems'), ({ Keys }) => Keys.length), keysWritten: 0 };
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return { keysRead: 0, keysWritten: 1 };
    case 'TransactWriteItems':
      return { keysRead: 0, keysWritten: json(sent).TransactItems.length };
    case 'BatchWriteItem':
      return { keysRead: 0, keysWritten: sum(tables(sent, 'RequestItems'), ({ length }) => length) };
    default:
      return { keysRead: 0, keysWritten: 0 };
  }
}

function itemsIn(operation: string, received: Buffer): number {
  switch (operation) {
    case 'GetItem':
      return json(received).Item === undefined ? 0 : 1;
    case 'Query':
      return json(received).Items?.length ?? 0;
    case 'BatchGetItem':
      return sum(tables(received, 'Responses'), ({ length }) => length);
    default:
      return 0;
  }
}

const json = (body: Buffer) => JSON.parse(body.toString('utf8'));

/** By table: keys to read, requests to write, or items found. */
const tables = (
  body: Buffer,
  name: string,
): readonly { readonly Keys: object[]; readonly length: number }[] => Object.values(json(body)[name] ?? {});

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);
