/** The minimal floor, with the same SDK that Writ has. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CLIENT, readFloor } from './floor.ts';
import { serve } from './gauge.ts';
import { minimalBroker } from './minimal.ts';

const dynamodb = new DynamoDBClient(CLIENT);
const sts = new STSClient(CLIENT);

await serve([
  minimalBroker(readFloor(), {
    put: (Item) => dynamodb.send(new PutItemCommand({ TableName: 'ledger', Item })),
    assumeRole: async (input) => (await sts.send(new AssumeRoleCommand(input))).Credentials,
  }),
]);
