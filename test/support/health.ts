import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { healthKey } from '../../adapters/dynamodb-control.ts';
import { NOW } from './clock.ts';
import type { TestTables } from './dynamodb.ts';

/** When every account was last verified: far ahead, so that a test may move its clock and still be issued writs. */
export const VERIFIED_AT = NOW + 365 * 24 * 3600;

/** Sets what a reconciler leaves for mint. @param verifiedAt - NumericDate; `null`: never verified. */
export async function putHealth(
  { client, tables }: Pick<TestTables, 'client' | 'tables'>,
  account: string,
  verifiedAt: number | null,
): Promise<void> {
  const Key = healthKey(account);
  const TableName = tables.control;
  if (verifiedAt === null) await client.send(new DeleteItemCommand({ TableName, Key }));
  else {
    const Item = { ...Key, verifiedAt: { N: String(verifiedAt) } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
}
