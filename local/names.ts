/** What things are called on the laptop, as a deploy names them on AWS. */
import type { Tables } from '../adapters/tables.ts';
import { ACCOUNT } from './aws/account.ts';

export const REGION = 'us-east-1';
export const TABLES: Tables = { ledger: 'writ-ledger', people: 'writ-people', control: 'writ-control' };
export const ENROLMENT_ALIAS = 'writ-enrolment';

/** A duty is the name of a handler in `lambda/`, or `front-door`. */
export const functionName = (duty: string): string => `writ-${duty}`;
export const roleName = functionName;
export const roleArn = (duty: string): string => `arn:aws:iam::${ACCOUNT}:role/${roleName(duty)}`;
