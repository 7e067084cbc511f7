import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ENGINE_CREDENTIALS } from '../../local/aws/dynamodb-engine.ts';
import type { Objects } from '../../local/aws/objects.ts';
import { clientOf, INDEX_KEY, TABLE_KEY } from './service-call.ts';

/** What is there to be asked for: so a refusal is one by policy, and not for want of the thing. */
export const OBJECTS: { readonly [bucket: string]: readonly string[] } = {
  'example-reports': ['q3/figures.csv', 'q3/deep/figures.csv', 'q4/figures.csv', 'q3-salaries/all.csv'],
  reports: [
    'q3/sum.csv',
    'q3/*',
    '*',
    'a?b$c',
    'anything',
    '1/2/3/test/4/object.jpg',
    '/test/object.jpg',
    'test/object.jpg',
  ],
  payroll: ['x'],
  'team-yellow': ['x'],
  'team-company-wide': ['x'],
};
export const TABLE_NAMES = ['tickets', 'invoices', 'orders'] as const;

export function seedLocal(objects: Objects): void {
  for (const [bucket, keys] of Object.entries(OBJECTS)) {
    objects.createBucket(bucket);
    for (const key of keys) {
      const content = { bytes: Buffer.from('figures'), contentType: 'text/csv', metadata: {} };
      objects.put(bucket, { key, ...content, lastModified: 0 });
    }
  }
}

export async function seedMinistack(endpoint: string): Promise<void> {
  const s3 = new S3Client(clientOf(endpoint, ENGINE_CREDENTIALS));
  for (const [Bucket, keys] of Object.entries(OBJECTS)) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    // Some cases grant to everyone, which a new bucket's own guard would not let be stored.
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'figures' }));
  }
  s3.destroy();
}

export async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient(clientOf(endpoint, ENGINE_CREDENTIALS));
  for (const TableName of TABLE_NAMES) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [TABLE_KEY, INDEX_KEY].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        KeySchema: [{ AttributeName: TABLE_KEY, KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-day',
            KeySchema: [{ AttributeName: INDEX_KEY, KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  }
  client.destroy();
}
