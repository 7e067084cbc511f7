/** What must hold on any machine: counts, and never times. */
import type { Growth } from './growth.ts';
import type { Warm } from './warm.ts';

/** Rule 9: one transaction, one read, AssumeRole, then outcome and second read side by side; and the hand-over. */
const CALLS = { TransactWriteItems: 2, BatchGetItem: 2, AssumeRole: 1, Invoke: 1 };

/** @returns what does not hold, one line each. */
export function broken(warm: Warm, growth: readonly Growth[]): readonly string[] {
  const lines: string[] = [];
  if (warm.connections !== 0) lines.push(`${warm.connections} connections opened by warm exchanges`);
  if (warm.jwksFetches !== 0) lines.push(`${warm.jwksFetches} key sets fetched by warm exchanges`);
  const calls = sorted(warm.calls);
  if (calls !== sorted(CALLS)) lines.push(`calls of one exchange: ${calls}`);
  const [first, ...others] = growth;
  for (const { writs, traffic } of others) {
    if (first === undefined || canonical(traffic) === canonical(first.traffic)) continue;
    lines.push(`with ${first.writs} writs ${canonical(first.traffic)}, with ${writs} ${canonical(traffic)}`);
  }
  return lines;
}

const sorted = (counts: { readonly [name: string]: number }): string =>
  JSON.stringify(Object.entries(counts).sort());

const canonical = ({ calls, ...totals }: Growth['traffic']): string =>
  `${sorted(calls)} ${JSON.stringify(totals)}`;
