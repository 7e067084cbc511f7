import { DeleteItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';
import type { People } from '../core/forget.ts';
import { guarded, type Item } from './dynamodb-call.ts';

/** @param table - People. */
export function dynamodbPeople(client: DynamoDBClient, table: string): People {
  return {
    async openings(subject) {
      const found: string[] = [];
      let from: Item | undefined;
      do {
        const page = await guarded(
          client.send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': { S: subject } },
              // The values themselves are read by nobody here.
              ProjectionExpression: 'sk',
              ConsistentRead: true,
              ExclusiveStartKey: from,
            }),
          ),
        );
        if (page.Items === undefined) throw new Fault('ledger_unavailable');
        found.push(...page.Items.flatMap(({ sk }) => sk?.S ?? []));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
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
