/**
 * The ledger's stream, into the evidence log; every minute how far it has come, every hour what it missed. Decisions live in
 * core/archive.ts, archive/mark.ts and archive/gaps.ts.
 */
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { sweepGaps } from '../core/archive/gaps.ts';
import type { LedgerChange } from '../core/archive/leaf.ts';
import { advanceMark } from '../core/archive/mark.ts';
import { type ArchiverPorts, archive } from '../core/archive.ts';
import { VERIFIER_KEY_PATH } from '../core/evidence/checkpoint.ts';
import { formatVerifierKey } from '../core/evidence/verifier-key.ts';
import { archivePorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logArchived, logFault, logGaps, logMark } from './edge/log.ts';

const config = readConfig(process.env, ['ledgerTable', 'peopleTable', 'controlTable', 'evidence', 'region']);

/** Of the life of the process; what failed is tried again by whoever comes next. */
let ready: Promise<ArchiverPorts> | null = null;
async function start(): Promise<ArchiverPorts> {
  const ports = await archivePorts(config);
  // A log has one key for ever: another one under its name is another log, and stops here.
  const vkey = formatVerifierKey(ports.origin, ports.signer.publicKey);
  await ports.log.create(VERIFIER_KEY_PATH, Buffer.from(vkey), 'evidence');
  return ports;
}
async function portsOf(): Promise<ArchiverPorts> {
  ready ??= start();
  try {
    return await ready;
  } catch (error) {
    ready = null;
    throw error;
  }
}

type Event = DynamoDBStreamEvent | { readonly gaps: true } | { readonly [none: string]: never };

export const handler = invocation(async (event: Event): Promise<DynamoDBBatchResponse | null> => {
  if ('Records' in event) return ofStream(event.Records);
  const ports = await portsOf();
  if ('gaps' in event) await sweep(ports);
  else logMark(await advanceMark(ports));
  return null;
}, 'archive');

/** What was found is told also where the sweep fails: it may have been appended, and would not be found again. */
async function sweep(ports: ArchiverPorts): Promise<void> {
  const found = { filled: 0, tampered: 0, looked: 0 };
  try {
    await sweepGaps(ports, found);
  } finally {
    logGaps(found);
  }
}

/** A batch is one commit: all of it is in the log, or all of it comes again. Nothing in it can be poison. */
async function ofStream(records: readonly DynamoDBRecord[]): Promise<DynamoDBBatchResponse> {
  try {
    logArchived(await archive(records.map(changeOf), await portsOf()));
    return { batchItemFailures: [] };
  } catch (error) {
    logFault(error, 'archive');
    return { batchItemFailures: [{ itemIdentifier: records[0]?.dynamodb?.SequenceNumber ?? '' }] };
  }
}

function changeOf({ eventName, dynamodb }: DynamoDBRecord): LedgerChange {
  return {
    kind: eventName ?? 'UNKNOWN',
    pk: dynamodb?.Keys?.pk?.S ?? '',
    sk: dynamodb?.Keys?.sk?.S ?? '',
    at: Math.floor(dynamodb?.ApproximateCreationDateTime ?? 0),
    before: dynamodb?.OldImage?.body?.S ?? null,
    after: dynamodb?.NewImage?.body?.S ?? null,
  };
}
