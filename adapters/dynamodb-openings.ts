import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { Fault } from '../core/fault.ts';
import { openedRecord } from '../core/ledger/opened-record.ts';
import type { Openings } from '../core/ports.ts';
import { type Item, partition } from './dynamodb-call.ts';

const Shape = z.record(z.string(), z.object({ salt: z.string(), value: z.string() }));

/**
 * Everything that opens one person's records, by the record's id.
 *
 * @param table - People.
 * @throws Fault `ledger_unavailable`, also for an item that is no opening: better none than some.
 */
export async function* dynamodbOpenings(
  client: DynamoDBClient,
  table: string,
  subject: string,
): AsyncGenerator<{ readonly id: string; readonly openings: Openings }> {
  for await (const page of partition(client, table, subject)) yield* page.map(openingsIn);
}

function openingsIn({ sk, body }: Item): { readonly id: string; readonly openings: Openings } {
  const id = openedRecord(sk?.S ?? '');
  try {
    const openings = Shape.safeParse(JSON.parse(body?.S ?? ''));
    if (id !== null && openings.success) return { id, openings: openings.data };
  } catch {
    // What it says is personal: no word of it goes on.
  }
  throw new Fault('ledger_unavailable');
}
