import type { Difference, Judged } from './judged.ts';

export interface Report {
  readonly judged: readonly Judged[];
  readonly known: readonly Difference[];
  /** One line for each complaint; none is a run that passed. */
  readonly wrong: readonly string[];
  /** What ministack's roles had to do without. */
  readonly trustLeftOut: readonly string[];
  readonly casesLeftOut: readonly { readonly name: string; readonly why: string }[];
}

/** How many cases passed, and how many complaints there are. */
export const tally = ({ judged, wrong }: Report): { readonly passed: number; readonly failed: number } => ({
  passed: Math.max(0, judged.length - wrong.length),
  failed: wrong.length,
});

/** The report for people. Its last line counts the cases, for those who add up. */
export function inWords(report: Report): string {
  const { judged, known, wrong, trustLeftOut, casesLeftOut } = report;
  const { passed, failed } = tally(report);
  const differing = judged.filter(({ ours, theirs }) => ours !== theirs);
  const clauses = new Map(known.map((each) => [each.case, each.clause]));
  return [
    'Left out of the trust of ministack’s roles, which it could not judge:',
    ...trustLeftOut.map((each) => `  ${each}`),
    '',
    `Cases worked out by hand that are no call (${casesLeftOut.length}):`,
    ...counted(casesLeftOut.map(({ why }) => why)).map((each) => `  ${each}`),
    '',
    `Both judged ${judged.length} cases, ${judged.length - differing.length} of them alike. The others, by clause:`,
    ...byClause(differing, clauses),
    '',
    ...wrong,
    `${passed} passed, ${failed} failed`,
  ].join('\n');
}

function counted(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const why of reasons) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([why, count]) => `${String(count).padStart(3)}  ${why}`);
}

function byClause(differing: readonly Judged[], clauses: ReadonlyMap<string, string>): string[] {
  const groups = Map.groupBy(differing, ({ name }) => clauses.get(name) ?? 'NOT LISTED');
  return [...groups].flatMap(([clause, cases]) => [
    `  ${clause}`,
    ...cases.map(({ name, ours, theirs }) => `    ${name.padEnd(72)} ours ${ours} · theirs ${theirs}`),
  ]);
}
