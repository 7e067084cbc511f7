/** The ledger's stream: each record becomes a log line, so that a change which nobody here made is seen elsewhere. */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { invocation } from './edge/invocation.ts';
import { logRecord } from './edge/log.ts';
import { refuseLaptopEnvironment } from './edge/start-up.ts';

refuseLaptopEnvironment(process.env);

export const handler = invocation(async ({ Records }: DynamoDBStreamEvent) => {
  for (const { eventName, dynamodb } of Records) {
    logRecord(eventName ?? 'UNKNOWN', dynamodb?.Keys?.pk?.S ?? '', dynamodb?.Keys?.sk?.S ?? '');
  }
  return { batchItemFailures: [] };
}, 'stream');
