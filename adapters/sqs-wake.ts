import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { ACCOUNT_ID } from '../core/aws-names.ts';
import { batchesOf } from '../core/batches.ts';
import { Fault } from '../core/fault.ts';
import type { Wake } from '../core/revocation/ports.ts';

/** SendMessageBatch: messages of one call. */
const MOST_MESSAGES = 10;

const Message = z.object({ account: z.string().check(z.regex(ACCOUNT_ID)), revocation: z.string() });

/**
 * One message for each account, to a FIFO queue. The account is the group, so that one reconciler at a time works there;
 * revocation and account deduplicate, so that a retry is no second message.
 *
 * @returns a port that throws Fault `queue_unavailable` where a message was not taken, when all have been tried.
 */
export const sqsWake =
  (client: SQSClient, QueueUrl: string): Wake =>
  async (accounts, revocation) => {
    const entries = accounts.map(
      (account, at): SendMessageBatchRequestEntry => ({
        Id: String(at),
        MessageBody: JSON.stringify({ account, revocation }),
        MessageGroupId: account,
        MessageDeduplicationId: `${revocation}-${account}`,
      }),
    );
    const left = await send(client, QueueUrl, entries);
    if (left.length > 0 && (await send(client, QueueUrl, left)).length > 0)
      throw new Fault('queue_unavailable');
  };

/** @returns the account that a message names, or `null` where it is not one of ours. */
export function wokenAccount(body: string): string | null {
  try {
    const read = Message.safeParse(JSON.parse(body));
    return read.success ? read.data.account : null;
  } catch {
    return null;
  }
}

/** @returns what the queue did not take. Where a call got no answer nobody knows: that is the same. */
async function send(
  client: SQSClient,
  QueueUrl: string,
  entries: readonly SendMessageBatchRequestEntry[],
): Promise<readonly SendMessageBatchRequestEntry[]> {
  const left: SendMessageBatchRequestEntry[] = [];
  for (const batch of batchesOf(entries, MOST_MESSAGES)) {
    try {
      const { Successful = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl, Entries: [...batch] }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      left.push(...batch.filter(({ Id }) => !taken.has(Id)));
    } catch {
      left.push(...batch);
    }
  }
  return left;
}
