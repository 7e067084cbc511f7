import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { People } from '../core/forget.ts';
import { guarded, partition } from './dynamodb-call.ts';

/** @param table - People. */
export function dynamodbPeople(client: DynamoDBClient, table: string): People {
  return {
    async openings(subject) {
      const found: string[] = [];
      // The values themselves are read by nobody here.
      const keys = partition(client, table, subject, { ProjectionExpression: 'sk' });
      for await (const page of keys) found.push(...page.flatMap(({ sk }) => sk?.S ?? []));
      return found;
    },

    // One by one, not in a batch: the right to write batches is one to put as well.
    async remove(subject, openings) {
      await Promise.all(
        openings.map((sk) =>
          guarded(
            client.send(
              new DeleteItemCommand({ TableName: table, Key: { pk: { S: subject }, sk: { S: sk } } }),
            ),
          ),
        ),
      );
    },
  };
}
