/** Writ on a real DynamoDB engine in place of the stub, with a proxy between them that counts. */
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ARCHIVE_MARK, healthKey } from '../adapters/dynamodb-control.ts';
import { tableDefinitions } from '../adapters/tables.ts';
import { ACCOUNT } from '../local/aws/account.ts';
import { startDynamoDb } from '../local/dynoxide.ts';
import { freePort } from '../test/support/dynamodb.ts';
import { fill, putsOf } from './fill.ts';
import type { Bench } from './systems.ts';
import type { Traffic } from './traffic.ts';
import { startWorker, type Worker } from './worker.ts';

const TABLES = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };
const MINT = 'engine-mint';

export interface Engine {
  readonly endpoint: string;
  /** Id of the first writ, which is live; its exchange is the model of all that fill the ledger. */
  readonly first: string;
  /** One exchange. @returns the answer's body. */
  readonly exchange: () => Promise<string>;
  /** Fills the ledger up to so many writs, those that it has among them. */
  readonly fillTo: (writs: number) => Promise<void>;
  /** Starts one more function, which is stopped with the engine. */
  readonly start: (duty: string, env?: { readonly [name: string]: string }) => Promise<Worker>;
  /** Starts one more proxy. @param behind - URL. */
  readonly proxy: (behind: string) => Promise<Worker>;
  /** What `act` did to the tables. */
  readonly counted: (act: () => Promise<unknown>) => Promise<Traffic>;
  readonly close: () => Promise<void>;
}

/** @param folder - Of what the processes print. */
export async function openEngine(bench: Bench, folder: string): Promise<Engine> {
  const engine = await startDynamoDb(await freePort(), process.env);
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: engine.endpoint,
    credentials: { accessKeyId: 'ENGINELOCAL', secretAccessKey: 'no-secret' },
  });
  const workers: Worker[] = [];
  const keep = (worker: Worker): Worker => {
    workers.push(worker);
    return worker;
  };
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    client.destroy();
    await engine.close();
  };
  const entry = bench.entries['counting-proxy'].path;
  const proxy: Engine['proxy'] = async (behind) =>
    keep(await startWorker({ entry, args: [behind], env: {}, log: join(folder, 'log') }));
  try {
    for (const { StreamSpecification: _, ...table } of tableDefinitions(TABLES)) {
      // This engine's writes slow down as a stream grows, which is none of an exchange's cost.
      await client.send(new CreateTableCommand(table));
    }
    await client.send(verified());
    await client.send(archived());
    const tables = await proxy(engine.endpoint);
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${tables.ports[0]}`,
      WRIT_MINT_FUNCTION: MINT,
    };
    const start: Engine['start'] = async (duty, more = {}) =>
      keep(await bench.startFunction(duty, { ...env, ...more }));
    await bench.route(MINT, await start('mint'));
    const asked = await start('exchange');
    let writs = 0;
    const exchange: Engine['exchange'] = async () => {
      writs += 1;
      return bench.client.send(asked.ports[0] ?? 0, bench.tokens.request());
    };
    const { writ } = JSON.parse(await exchange());
    const like = (await tables.ask<readonly string[]>('transactions')).flatMap(putsOf);
    return {
      endpoint: engine.endpoint,
      first: writ,
      exchange,
      async fillTo(size) {
        await fill(client, like, size - writs);
        writs = size;
      },
      start,
      proxy,
      async counted(act) {
        await tables.ask('reset');
        await act();
        return tables.ask<Traffic>('traffic');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As a reconciler leaves it: without that there is no writ. A minute ago, so that a real one's is later. */
const verified = (): PutItemCommand =>
  new PutItemCommand({
    TableName: TABLES.control,
    Item: { ...healthKey(ACCOUNT), verifiedAt: { N: String(Math.floor(Date.now() / 1000) - 60) } },
  });

/** As the archiver leaves it, for as long a while ago. */
const archived = (): PutItemCommand =>
  new PutItemCommand({
    TableName: TABLES.control,
    Item: { ...ARCHIVE_MARK, settledTo: { N: String(Math.floor(Date.now() / 1000) - 60) } },
  });
