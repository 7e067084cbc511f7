/** Rows about ending a session: what it costs, and how long AWS goes on allowing it. */
import type { Fold } from './fold.ts';
import type { Reconciled, Run } from './reconciler.ts';
import type { Refused } from './refused.ts';
import { median } from './statistics.ts';

export interface EndingResults {
  readonly fold?: readonly Fold[];
  readonly refused?: Refused;
  readonly reconciler?: readonly Reconciled[];
}

/** What was measured, and one cell. */
export type Row = readonly [name: string, said: string];

export const endingRows = ({ fold = [], refused, reconciler = [] }: EndingResults): readonly Row[] => [
  ...fold.map(foldRow),
  ...(refused === undefined ? [] : refusedRows(refused)),
  ...reconciler.flatMap(({ writs, steady, revoked }): readonly Row[] => [
    [`reconcile, nothing new, ${writs} writs ever issued`, inWords(steady)],
    [`reconcile, one revocation, ${writs} writs ever issued`, inWords(revoked)],
  ]),
];

const foldRow = ({ entries, users, within, cold, warm, rung, characters }: Fold): Row => [
  `fold CPU ms warm / cold, ${entries} writs of ${users} users revoked within ${within} s`,
  `${warm.toFixed(1)} / ${cold.toFixed(1)} (rung ${rung}, ${characters} characters)`,
];

function refusedRows({ cold, millis, status }: Refused): readonly Row[] {
  const ms = (value: number) => value.toFixed(0);
  return [
    [
      `asked to refused, ms: median of ${millis.length} (min to max)`,
      `${ms(median(millis))} (${ms(Math.min(...millis))} to ${ms(Math.max(...millis))})`,
    ],
    ['asked to refused, ms, where revoke has to start', ms(cold)],
    [
      'asked to seen refused, ms, as writ status has it',
      `p50 ${status.p50}, p99 ${status.p99} (of ${status.measurements})`,
    ],
  ];
}

/** The canaries' reads and the sessions of both roles are told apart from what IAM is asked. */
function inWords({ dynamodb, aws }: Run): string {
  const { keysWritten, itemsRead, bytesReceived } = dynamodb;
  const { ListTables = 0, AssumeRole = 0, ...iam } = aws.calls;
  const read = `${itemsRead} items, ${bytesReceived} bytes read, ${keysWritten} items written`;
  return `DynamoDB ${total(dynamodb.calls)} calls, ${read}; IAM ${total(iam)}, AssumeRole ${AssumeRole}, canaries ${ListTables}`;
}

const total = (calls: { readonly [operation: string]: number }): number =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);
