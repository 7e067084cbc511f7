/**
 * A real DynamoDB engine with Writ's three tables in it, for tests of the adapters and of attacks on them.
 *
 *     const db = await openTables();           // in beforeAll
 *     dynamodbLedger(db.client, db.tables)     // as on AWS
 *     await db.close();                        // in afterAll
 *
 * Every file of tests opens its own; tests of one file keep apart by using ids of their own.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type Tables, tableDefinitions } from '../../adapters/tables.ts';
import { startDynamoDb } from '../../local/dynoxide.ts';

export interface TestTables {
  /** Where the engine listens; its streams answer there too. */
  readonly endpoint: string;
  readonly tables: Tables;
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

/** Of a client to any engine. The engine stores and does not judge: the keys are no secret. */
export const ENGINE_CLIENT = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'ENGINELOCAL', secretAccessKey: 'no-secret' },
} as const satisfies DynamoDBClientConfig;

/**
 * @param prefix - The tables are `<prefix>-ledger`, `<prefix>-people` and `<prefix>-control`. In an engine that
 *   `DYNAMODB_ENDPOINT` names, which others may use too, something unique follows the prefix.
 */
export async function openTables(prefix = 'test', env: NodeJS.ProcessEnv = process.env): Promise<TestTables> {
  const engine = await startDynamoDb(await freePort(), env);
  const name = env.DYNAMODB_ENDPOINT ? `${prefix}-${randomUUID()}` : prefix;
  const tables = { ledger: `${name}-ledger`, people: `${name}-people`, control: `${name}-control` };
  const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: engine.endpoint });
  for (const definition of tableDefinitions(tables)) {
    await client.send(new CreateTableCommand(definition));
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: definition.TableName });
  }
  return {
    endpoint: engine.endpoint,
    tables,
    client,
    async close() {
      for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await engine.close();
    },
  };
}

/** A port of 127.0.0.1 on which nothing listens just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
