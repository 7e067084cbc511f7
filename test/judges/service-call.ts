import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { REGION } from '../../local/names.ts';
import type { Credentials } from './judge-case.ts';

export type ServiceCall =
  | { readonly operation: 'GetObject' | 'PutObject'; readonly Bucket: string; readonly Key: string }
  | {
      readonly operation: 'ListObjectsV2';
      readonly Bucket: string;
      readonly Prefix?: string;
      readonly MaxKeys?: number;
      readonly Delimiter?: string;
    }
  | {
      readonly operation: 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Scan' | 'Query';
      readonly TableName: string;
      readonly IndexName?: string;
    }
  /** One Put for each table. */
  | { readonly operation: 'TransactWriteItems'; readonly TableNames: readonly string[] };

/** How every client speaks to a judge: once, in path style, and with nothing from the environment. */
export const clientOf = (endpoint: string, credentials: Credentials) => ({
  endpoint,
  region: REGION,
  credentials,
  maxAttempts: 1,
  forcePathStyle: true,
});

/** The partition key of every table here, and of the index `by-day`. */
export const TABLE_KEY = 'id';
export const INDEX_KEY = 'day';

const KEY = { [TABLE_KEY]: { S: 'one' } };
const ITEM = { ...KEY, [INDEX_KEY]: { S: 'monday' } };

/** @throws the SDK's ServiceException when the call is refused. */
export async function makeCall(call: ServiceCall, endpoint: string, credentials: Credentials): Promise<void> {
  const config = clientOf(endpoint, credentials);
  const s3 = new S3Client(config);
  const db = new DynamoDBClient(config);
  try {
    await send(call, s3, db);
  } finally {
    s3.destroy();
    db.destroy();
  }
}

async function send(call: ServiceCall, s3: S3Client, db: DynamoDBClient): Promise<unknown> {
  switch (call.operation) {
    case 'GetObject': {
      const { Body } = await s3.send(new GetObjectCommand(call));
      return Body?.transformToByteArray();
    }
    case 'PutObject':
      return s3.send(new PutObjectCommand({ ...call, Body: 'figures' }));
    case 'ListObjectsV2':
      return s3.send(new ListObjectsV2Command(call));
    case 'GetItem':
      return db.send(new GetItemCommand({ ...call, Key: KEY }));
    case 'PutItem':
      return db.send(new PutItemCommand({ ...call, Item: ITEM }));
    case 'UpdateItem':
      return db.send(
        new UpdateItemCommand({
          ...call,
          Key: KEY,
          UpdateExpression: 'SET title = :t',
          ExpressionAttributeValues: { ':t': { S: 'A' } },
        }),
      );
    case 'DeleteItem':
      return db.send(new DeleteItemCommand({ ...call, Key: KEY }));
    case 'Scan':
      return db.send(new ScanCommand(call));
    case 'Query':
      return db.send(
        new QueryCommand({
          ...call,
          KeyConditionExpression: '#k = :k',
          ExpressionAttributeNames: { '#k': call.IndexName === undefined ? TABLE_KEY : INDEX_KEY },
          ExpressionAttributeValues: { ':k': { S: 'one' } },
        }),
      );
    case 'TransactWriteItems':
      return db.send(
        new TransactWriteItemsCommand({
          TransactItems: call.TableNames.map((TableName) => ({ Put: { TableName, Item: ITEM } })),
        }),
      );
  }
}
