/**
 * The ledger's stream: each issued writ gets the schedule that closes it. Decisions live in core/schedule.ts.
 *
 * Each record becomes a log line as well, so that a change which nobody here made is seen elsewhere.
 */
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Change, schedule } from '../core/schedule.ts';
import { schedulePorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logRecord, logScheduled } from './edge/log.ts';

const ports = schedulePorts(
  readConfig(process.env, ['ledgerTable', 'peopleTable', 'controlTable', 'region', 'schedules']),
);

export const handler = invocation(
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    for (const { eventName, dynamodb } of Records) {
      logRecord(eventName ?? 'UNKNOWN', dynamodb?.Keys?.pk?.S ?? '', dynamodb?.Keys?.sk?.S ?? '');
    }
    const done = await schedule(Records.map(changeOf), ports);
    logScheduled(done);
    // For a stream Lambda goes on behind the first of these, and meets the others again: they are done, which is harmless.
    return { batchItemFailures: done.failed.map(({ sequence }) => ({ itemIdentifier: sequence })) };
  },
  'schedule',
);

function changeOf({ eventName, dynamodb }: DynamoDBRecord): Change {
  const { pk, sk, body, due, dueAt } = dynamodb?.NewImage ?? {};
  const whole = pk?.S !== undefined && sk?.S !== undefined && body?.S !== undefined;
  return {
    sequence: dynamodb?.SequenceNumber ?? '',
    kind: eventName ?? 'UNKNOWN',
    sk: dynamodb?.Keys?.sk?.S ?? '',
    item: whole ? { pk: pk.S, sk: sk.S, body: body.S, due: due?.S, dueAt: dueAt?.S } : null,
  };
}
