/** `DYNAMODB_ENDPOINT`: an engine that is not ours, and that still has what an earlier stack left in it. */
import {
  type CreateTableCommandInput,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, freshTable } from '../../local/database.ts';
import { type DynamoDb, startDynamoDb } from '../../local/dynoxide.ts';
import { noParts } from '../../local/parts.ts';
import { freePort } from '../support/dynamodb.ts';

let lasting: DynamoDb;
beforeAll(async () => {
  lasting = await startDynamoDb(await freePort(), {});
});
afterAll(() => lasting.close());

const named = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
});

/** What a stack does with one of its tables, and with what `DYNAMODB_ENDPOINT` names. */
async function run(work: (client: ReturnType<typeof connect>['dynamodb']) => Promise<void>): Promise<void> {
  const parts = noParts();
  const engine = parts.keep(await startDynamoDb(1, { DYNAMODB_ENDPOINT: lasting.endpoint }));
  await work(connect(engine.endpoint, parts).dynamodb);
  await parts.close();
}

test('a second start finds its table empty, and leaves those of others alone', async () => {
  const Item = { id: { S: 'a' } };
  await run(async (client) => {
    await freshTable(client, named('tickets'));
    await freshTable(client, named('tickets-of-others'));
    await client.send(new PutItemCommand({ TableName: 'tickets', Item }));
    await client.send(new PutItemCommand({ TableName: 'tickets-of-others', Item }));
  });
  await run(async (client) => {
    await freshTable(client, named('tickets'));
    expect((await client.send(new ScanCommand({ TableName: 'tickets' }))).Items).toEqual([]);
    const kept = await client.send(new GetItemCommand({ TableName: 'tickets-of-others', Key: Item }));
    expect(kept.Item).toEqual(Item);
  });
});
