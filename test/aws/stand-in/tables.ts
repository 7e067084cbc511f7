import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { ENGINE_CREDENTIALS } from '../../../local/aws/dynamodb-engine.ts';
import { type Answers, text } from './answers.ts';

/** Making and removing tables, by the engine itself; calls on them are `local/aws`’s to judge. */
export function tableAnswers(endpoint: string, region: string): { readonly answers: Answers; close(): void } {
  const engine = new DynamoDBClient({ endpoint, region, credentials: ENGINE_CREDENTIALS });
  return {
    answers: {
      CreateTableCommand: ({ Tags: _, ...input }) =>
        engine.send(new CreateTableCommand(input as unknown as CreateTableCommandInput)),
      DeleteTableCommand: (input) =>
        engine.send(new DeleteTableCommand({ TableName: text(input, 'TableName') })),
    },
    close: () => engine.destroy(),
  };
}
