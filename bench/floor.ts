/** What the floors are given: what Writ itself sent in one exchange, to be sent again with other ids. */
import { readFileSync } from 'node:fs';
import type { BatchGetItemCommandInput, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { PolicyQuestion } from '../core/ports.ts';

export interface Floor {
  readonly issuers: {
    readonly [role in 'corp' | 'ci' | 'mdm']: {
      readonly iss: string;
      readonly aud: string;
      readonly jwks: string;
    };
  };
  readonly nonceKey: string;
  /** The id that stands in everything below. */
  readonly writ: string;
  readonly open: TransactWriteItemsCommandInput;
  readonly handover: { readonly intent: string; readonly openings: object };
  readonly heads: BatchGetItemCommandInput;
  readonly assumeRole: AssumeRoleCommandInput;
  readonly settle: TransactWriteItemsCommandInput;
  readonly recheck: BatchGetItemCommandInput;
  readonly question: PolicyQuestion;
  readonly policies: { readonly schema: unknown; readonly policies: unknown };
}

export const readFloor = (): Floor => JSON.parse(readFileSync(process.env.BENCH_FLOOR ?? '', 'utf8'));

/** As Writ's own clients are made, so that the SDK does the same. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 12_000, throwOnRequestTimeout: true };
export const CLIENT = { region: 'us-east-1', maxAttempts: 2, requestHandler: timeouts };
