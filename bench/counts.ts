/** What must hold on any machine: counts, and never times. */
import { MAX_MANAGED_POLICY_CHARS } from '../core/limits.ts';
import type { Fold } from './fold.ts';
import type { Growth } from './growth.ts';
import type { Reconciled, Run } from './reconciler.ts';
import type { Traffic } from './traffic.ts';
import type { Warm } from './warm.ts';

/** Rule 9: one transaction, one read, AssumeRole, then outcome and second read side by side; and the hand-over. */
const CALLS = { TransactWriteItems: 2, BatchGetItem: 2, AssumeRole: 1, Invoke: 1 };

/** What was measured of it; a part that did not run breaks nothing. */
export interface Counted {
  readonly warm?: Warm;
  readonly growth?: readonly Growth[];
  readonly fold?: readonly Fold[];
  readonly reconciler?: readonly Reconciled[];
}

/** @returns what does not hold, one line each. */
export function broken({ warm, growth = [], fold = [], reconciler = [] }: Counted): readonly string[] {
  return [
    ...(warm === undefined ? [] : brokenWarm(warm)),
    ...brokenGrowth(growth),
    ...fold.flatMap(brokenFold),
    ...brokenReconciler(reconciler),
  ];
}

function brokenWarm(warm: Warm): readonly string[] {
  const lines: string[] = [];
  if (warm.connections !== 0) lines.push(`${warm.connections} connections opened by warm exchanges`);
  if (warm.jwksFetches !== 0) lines.push(`${warm.jwksFetches} key sets fetched by warm exchanges`);
  const calls = sorted(warm.calls);
  if (calls !== sorted(CALLS)) lines.push(`calls of one exchange: ${calls}`);
  return lines;
}

const brokenGrowth = (growth: readonly Growth[]): readonly string[] =>
  unlikeFirst(growth, ({ writs, traffic }) => ({ writs, said: canonical(traffic) }));

const brokenFold = ({ entries, within, characters }: Fold): readonly string[] =>
  characters <= MAX_MANAGED_POLICY_CHARS
    ? []
    : [`${entries} entries of ${within} s folded into ${characters} characters`];

function brokenReconciler(reconciler: readonly Reconciled[]): readonly string[] {
  const wrote = ({ aws }: Run): number => aws.calls.CreatePolicyVersion ?? 0;
  const unlike = (name: 'steady' | 'revoked') =>
    unlikeFirst(reconciler, (one) => ({ writs: one.writs, said: `${name} ${ofRun(one[name])}` }));
  return [
    ...reconciler.flatMap(({ writs, steady, revoked }) =>
      wrote(steady) === 0 && wrote(revoked) === 1
        ? []
        : [
            `with ${writs} writs: ${wrote(steady)} versions where all stood, ${wrote(revoked)} for one revocation`,
          ],
    ),
    ...unlike('steady'),
    ...unlike('revoked'),
  ];
}

/** Each beside the first. */
function unlikeFirst<T>(
  all: readonly T[],
  of: (one: T) => { readonly writs: number; readonly said: string },
): readonly string[] {
  const [first, ...others] = all.map(of);
  return others
    .filter(({ said }) => said !== first?.said)
    .map(({ writs, said }) => `with ${first?.writs} writs ${first?.said}, with ${writs} ${said}`);
}

/** Bytes sent are left out: among what is written is how long it took, in as many digits as that has. */
const ofRun = ({ dynamodb: { bytesSent: _, ...dynamodb }, aws }: Run): string =>
  `${canonical(dynamodb)} ${sorted(aws.calls)}`;

const sorted = (counts: { readonly [name: string]: number }): string =>
  JSON.stringify(Object.entries(counts).sort());

const canonical = ({ calls, ...totals }: Partial<Traffic>): string =>
  `${sorted(calls ?? {})} ${JSON.stringify(totals)}`;
