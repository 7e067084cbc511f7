import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect } from '../../local/database.ts';
import { noParts } from '../../local/parts.ts';
import { startStreamFeed } from '../../local/stream-feed.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';

let db: TestTables;
const parts = noParts();
beforeAll(async () => {
  db = await openTables('feed');
});
afterAll(async () => {
  await parts.close();
  await db.close();
});

/** What a handler reads of a record. */
interface Seen {
  readonly eventSourceARN: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
    readonly Keys: { readonly pk: { readonly S: string } };
  };
}

test('a real stream: from the record that failed, then past it', async () => {
  for (const pk of ['1', '2', '3'])
    await db.client.send(
      new PutItemCommand({ TableName: db.tables.ledger, Item: { pk: { S: pk }, sk: { S: 'x' } } }),
    );
  const batches: string[] = [];
  const send = vi.fn(async () => undefined);
  let second: Seen | undefined;
  parts.keep(
    await startStreamFeed(connect(db.endpoint, parts), db.tables.ledger, {
      async deliver({ Records }) {
        const records = Records as readonly Seen[];
        batches.push(records.map(({ dynamodb }) => dynamodb.Keys.pk.S).join(' '));
        second ??= records[1];
        const poison = records.find(({ dynamodb }) => dynamodb.Keys.pk.S === '2');
        const itemIdentifier = poison?.dynamodb.SequenceNumber;
        return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
      },
      onTrouble: () => undefined,
      failures: { tries: 2, send },
    }),
  );
  await vi.waitFor(() => expect(batches.at(-1)).toBe('3'), 5000);
  expect(batches).toEqual(['1 2 3', '2 3', '3']);
  expect(second?.eventSourceARN).toContain(':table/');
  expect(second?.dynamodb.ApproximateCreationDateTime).toBeTypeOf('number');
  expect(send).toHaveBeenCalledWith(
    expect.objectContaining({
      DDBStreamBatchInfo: expect.objectContaining({ startSequenceNumber: second?.dynamodb.SequenceNumber }),
    }),
  );
});
