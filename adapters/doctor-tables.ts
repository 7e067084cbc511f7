import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { known, type TableFacts, unknown } from '../core/doctor/facts.ts';
import { TTL_ATTRIBUTE } from '../core/ledger/table-names.ts';
import { fact, orNull } from './doctor-answer.ts';

/** @returns `null` where there is no such table. */
export function describedTable(client: DynamoDBClient, TableName: string): Promise<TableFacts | null> {
  return orNull(async () => {
    const [{ Table }, pointInTimeRecovery, timeToLive] = await Promise.all([
      client.send(new DescribeTableCommand({ TableName })),
      fact('DescribeContinuousBackups', () => recovery(client, TableName)),
      fact('DescribeTimeToLive', () => expiry(client, TableName)),
    ]);
    const { StreamEnabled, StreamViewType } = Table?.StreamSpecification ?? {};
    return {
      name: TableName,
      keys: keys(Table?.KeySchema),
      stream: StreamEnabled === true ? (StreamViewType ?? null) : null,
      indexes: (Table?.GlobalSecondaryIndexes ?? []).map(
        ({ IndexName = '', KeySchema, IndexStatus = '' }) => ({
          name: IndexName,
          keys: keys(KeySchema),
          state: IndexStatus,
        }),
      ),
      deletionProtection:
        Table?.DeletionProtectionEnabled === undefined
          ? unknown('DescribeTable says nothing of it.')
          : known(Table.DeletionProtectionEnabled),
      pointInTimeRecovery,
      timeToLive,
    };
  }, ['ResourceNotFoundException']);
}

async function recovery(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  return (
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
  );
}

async function expiry(client: DynamoDBClient, TableName: string): Promise<string | null> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const { TimeToLiveStatus, AttributeName } = TimeToLiveDescription ?? {};
  return TimeToLiveStatus === 'ENABLED' || TimeToLiveStatus === 'ENABLING' ? (AttributeName ?? null) : null;
}

/** Partition key first. */
const keys = (schema: readonly KeySchemaElement[] = []): readonly string[] =>
  schema
    .toSorted(({ KeyType }) => (KeyType === 'HASH' ? -1 : 1))
    .map(({ AttributeName = '' }) => AttributeName);

/** Repairs: each is done, or throws the SDK's error. */
export const protectTable = (client: DynamoDBClient, TableName: string) =>
  client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));

export const recoverTable = (client: DynamoDBClient, TableName: string) =>
  client.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );

export const expireItems = (client: DynamoDBClient, TableName: string) =>
  client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: TTL_ATTRIBUTE },
    }),
  );
