/** The engine behind the tables, which stores and does not judge, and how the stack itself talks to it. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type Tables, TTL_ATTRIBUTE, tableDefinitions } from '../adapters/tables.ts';
import { ENGINE_CREDENTIALS } from './aws/dynamodb-engine.ts';
import { REGION } from './names.ts';
import type { Parts } from './parts.ts';

export interface Database {
  readonly endpoint: string;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
}

export function connect(endpoint: string, parts: Parts): Database {
  const config = { region: REGION, endpoint, credentials: ENGINE_CREDENTIALS };
  return {
    endpoint,
    dynamodb: parts.keepClient(new DynamoDBClient(config)),
    streams: parts.keepClient(new DynamoDBStreamsClient(config)),
  };
}

/**
 * An empty table. One of that name which an engine that outlives us still has is deleted: last run's users and keys
 * are gone. Nothing real can be: no AWS account knows the engine's key pair.
 */
export async function freshTable(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  const { TableName } = definition;
  const patience = { client, maxWaitTime: 30, minDelay: 1 };
  try {
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists(patience, { TableName });
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  await client.send(new CreateTableCommand(definition));
  await waitUntilTableExists(patience, { TableName });
}

/** Writ's tables as a deploy makes them, as far as the engine can: protected, and control with its time to live. */
export async function freshTables(client: DynamoDBClient, tables: Tables): Promise<void> {
  for (const definition of tableDefinitions(tables)) {
    await freshTable(client, { ...definition, DeletionProtectionEnabled: true });
  }
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tables.control,
      TimeToLiveSpecification: { Enabled: true, AttributeName: TTL_ATTRIBUTE },
    }),
  );
}
