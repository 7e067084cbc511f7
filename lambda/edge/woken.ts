import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { wokenAccount } from '../../adapters/sqs-wake.ts';

export interface Woken {
  /** Each once; what no message of ours names is `''`. */
  readonly accounts: readonly string[];
  /** Messages of these accounts come again, and no others. */
  failures(failed: ReadonlySet<string>): SQSBatchResponse;
}

/**
 * For whom a reconciler was woken: by messages, for the accounts that they name; by the clock, for all.
 *
 * @param active - Twelve digits each.
 */
export function wokenBy(event: Partial<SQSEvent>, active: readonly string[]): Woken {
  const messages = (event.Records ?? []).map(({ messageId, body }) => ({
    messageId,
    account: wokenAccount(body) ?? '',
  }));
  return {
    accounts: event.Records === undefined ? active : [...new Set(messages.map(({ account }) => account))],
    failures: (failed) => ({
      batchItemFailures: messages
        .filter(({ account }) => failed.has(account))
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    }),
  };
}
