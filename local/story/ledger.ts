import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Stack } from '../stack.ts';

/** An item as the story shows it: the record opened, which in the table is its JCS text, byte for byte. */
export interface Item {
  readonly pk: string;
  readonly sk: string;
  readonly record: { readonly [field: string]: unknown };
}

async function itemsAt({ dynamodb, local }: Stack, pk: string): Promise<readonly Item[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: local.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ sk, body }) => ({ pk, sk: sk?.S ?? '', record: JSON.parse(body?.S ?? '{}') }));
}

/** What the ledger holds of a writ; a copy of it is left in a file, where it can be looked at afterwards. */
export async function copyOfLedger(stack: Stack, writ: string, file: string): Promise<readonly Item[]> {
  const items = await itemsAt(stack, `WRIT#${writ}`);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(items, null, 2)}\n`, { mode: 0o600 });
  return items;
}

/** The pointer from a key to its writ. */
export async function writOfKey(stack: Stack, accessKeyId: string): Promise<string | null> {
  const [pointer] = await itemsAt(stack, `KEY#${accessKeyId}`);
  return typeof pointer?.record.writ === 'string' ? pointer.record.writ : null;
}
