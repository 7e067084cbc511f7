import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';
import type { Item } from './dynamodb-call.ts';

const FAILED = 'ConditionalCheckFailed';
/** Others write the same heads at the same moment, each for some milliseconds. The SDK does not try these again. */
const CONFLICT = 'TransactionConflict';
const TRIES = 4;
const WAIT_MILLIS = 25;

/**
 * All or nothing.
 *
 * @param writes - At most 100. To learn what stood in the way, a write asks for it (`ALL_OLD`).
 * @returns `null` when all was written; else for each write whose condition failed what stood there, or an empty item.
 * @throws Fault `ledger_unavailable`: also where others were in the way at every try; then nothing was written by it.
 */
export async function transactWrite(
  client: DynamoDBClient,
  writes: readonly TransactWriteItem[],
): Promise<readonly (Item | undefined)[] | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes] }));
      return null;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      const codes = reasons.map(({ Code }) => Code ?? 'None');
      const isKnown =
        codes.length === writes.length && codes.every((code) => ['None', FAILED, CONFLICT].includes(code));
      if (!isKnown) throw new Fault('ledger_unavailable', { cause: error });
      if (!codes.includes(CONFLICT) && codes.includes(FAILED)) {
        return reasons.map(({ Code, Item }) => (Code === FAILED ? (Item ?? {}) : undefined));
      }
      if (!codes.includes(CONFLICT) || attempt === TRIES)
        throw new Fault('ledger_unavailable', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, WAIT_MILLIS * attempt));
    }
  }
}
