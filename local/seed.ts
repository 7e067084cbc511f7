/** What the laptop's AWS holds: the bucket and the table that the example's permissions speak of. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Objects } from './aws/objects.ts';
import { freshTable } from './database.ts';

export const BUCKET = 'example-reports';
export const TICKETS = 'tickets';

const REPORTS: { readonly [key: string]: string } = {
  'q3/figures.csv': 'region,revenue\nnorth,1200\nsouth,950\n',
  'q3/notes.txt': 'Q3: north grew, south did not.\n',
  'q4/figures.csv': 'region,revenue\nnorth,1310\nsouth,990\n',
};

export async function seed(objects: Objects, dynamodb: DynamoDBClient): Promise<void> {
  objects.createBucket(BUCKET);
  for (const [key, text] of Object.entries(REPORTS)) {
    objects.put(BUCKET, {
      key,
      bytes: Buffer.from(text),
      contentType: 'text/plain',
      metadata: {},
      lastModified: Math.floor(Date.now() / 1000) * 1000,
    });
  }
  await freshTable(dynamodb, {
    TableName: TICKETS,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await dynamodb.send(
    new PutItemCommand({
      TableName: TICKETS,
      Item: { id: { S: 'T-1' }, text: { S: 'The printer is on fire.' } },
    }),
  );
}
