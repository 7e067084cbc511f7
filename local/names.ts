/** What things are called on the laptop, as a deploy names them on AWS. */
import type { Tables } from '../adapters/tables.ts';
import { ACCOUNT } from './aws/account.ts';

export const REGION = 'us-east-1';
export const TABLES: Tables = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };
export const ENROLMENT_ALIAS = 'writ-enrolment';
export const PROBE_ALIAS = 'writ-probe';
export const EVIDENCE_ALIAS = 'writ-evidence';
/** The log's name: whatever speaks of it is no evidence. Its bucket is a folder. */
export const EVIDENCE_ORIGIN = 'local.invalid/evidence';
export const EVIDENCE_BUCKET = 'writ-evidence';

/** A duty is the name of a handler in `lambda/`, or `front-door`. */
export const functionName = (duty: string): string => `writ-${duty}`;
export const roleName = functionName;
/** Of the schedules that close writs. */
export const SCHEDULE_GROUP = 'writ';
/** Where what a schedule could not deliver goes. */
export const CLOSE_DEAD_LETTERS = 'writ-close-dead-letters';
/** FIFO, a group for each account: where a revocation wakes the reconcilers. */
export const RECONCILE_QUEUE = 'writ-reconcile.fifo';
export const RECONCILE_DEAD_LETTERS = 'writ-reconcile-dead-letters.fifo';
/** Where records of the ledger's stream go that could not be dealt with. */
export const STREAM_FAILURES = 'writ-stream-failures';
/** An API's ARN, as IAM names the routes that it guards. */
export const API_ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT}:local/writ`;
export const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
export const roleArn = (duty: string): string => `arn:aws:iam::${ACCOUNT}:role/${roleName(duty)}`;
