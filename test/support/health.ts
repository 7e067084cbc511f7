import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ARCHIVE_MARK, healthKey } from '../../adapters/dynamodb-control.ts';
import { NOW } from './clock.ts';
import type { TestTables } from './dynamodb.ts';

/** When every account was last verified: far ahead, so that a test may move its clock and still be issued writs. */
export const VERIFIED_AT = NOW + 365 * 24 * 3600;

/** Sets how far the evidence log has come. @param archivedTo - NumericDate; `null`: nobody ever looked. */
export async function putArchiveMark(
  { client, tables }: Pick<TestTables, 'client' | 'tables'>,
  archivedTo: number | null,
): Promise<void> {
  const TableName = tables.control;
  if (archivedTo === null) await client.send(new DeleteItemCommand({ TableName, Key: ARCHIVE_MARK }));
  else {
    const Item = { ...ARCHIVE_MARK, settledTo: { N: String(archivedTo) } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
}

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
