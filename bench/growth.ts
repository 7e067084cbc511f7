/** Whether an exchange costs more in a full ledger: counted between Writ and a real DynamoDB engine. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../adapters/tables.ts';
import { startDynamoDb } from '../local/dynoxide.ts';
import { freePort } from '../test/support/dynamodb.ts';
import type { Traffic } from './counting-proxy.ts';
import { load } from './load.ts';
import type { Bench } from './systems.ts';
import { startWorker, type Worker } from './worker.ts';

export interface Growth {
  /** In the ledger before the exchanges that were counted. */
  readonly writs: number;
  readonly exchanges: number;
  /** Of all of them together. */
  readonly traffic: Traffic;
}

const TABLES = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };

/** @param sizes - Writs in the ledger, ascending. */
export async function measureGrowth(
  bench: Bench,
  folder: string,
  sizes: readonly number[],
  exchanges: number,
): Promise<readonly Growth[]> {
  const engine = await startDynamoDb(await freePort(), process.env);
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: engine.endpoint,
    credentials: { accessKeyId: 'ENGINELOCAL', secretAccessKey: 'no-secret' },
  });
  const workers: Worker[] = [];
  try {
    for (const { StreamSpecification: _, ...table } of tableDefinitions(TABLES)) {
      // This engine's writes slow down as a stream grows, which is none of an exchange's cost.
      await client.send(new CreateTableCommand(table));
    }
    const proxy = await startWorker({
      entry: bench.entries['counting-proxy'].path,
      args: [engine.endpoint],
      env: {},
      log: join(folder, 'log'),
    });
    workers.push(proxy);
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${proxy.ports[0]}`,
      WRIT_MINT_FUNCTION: 'growth-mint',
    };
    const mint = await bench.startFunction('mint', env);
    workers.push(mint);
    await bench.route('growth-mint', mint);
    const exchange = await bench.startFunction('exchange', env);
    workers.push(exchange);
    const ask = () => bench.client.send(exchange.ports[0] ?? 0, bench.tokens.request());

    await ask();
    const like = (await proxy.ask<readonly string[]>('transactions')).map(putsOf);
    let writs = 1;
    const found: Growth[] = [];
    for (const size of sizes) {
      await fill(client, like.flat(), size - writs);
      await proxy.ask('reset');
      await load(exchanges, 1, ask);
      found.push({ writs: size, exchanges, traffic: await proxy.ask<Traffic>('traffic') });
      writs = size + exchanges;
    }
    return found;
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    client.destroy();
    await engine.close();
  }
}

interface Put {
  readonly TableName: string;
  readonly Item: Record<string, AttributeValue>;
}

const putsOf = (body: string): readonly Put[] =>
  (JSON.parse(body).TransactItems as readonly { readonly Put: Put }[]).map((item) => item.Put);

/** As many writs more as asked for, each with the items that one exchange left, under ids of its own. */
async function fill(client: DynamoDBClient, like: readonly Put[], count: number): Promise<void> {
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
