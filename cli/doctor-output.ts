import type { Judgement } from '../core/doctor/check.ts';
import { CHECK_GROUPS } from '../core/doctor/checks.ts';
import type { Examined } from '../core/doctor/examine.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';

/** What `--fix` did. */
export interface Mended {
  readonly check: string;
  /** A sentence's middle, such as `attached …`. */
  readonly did: string;
  /** AWS's name of the error; `null`: it was done. */
  readonly failed: string | null;
}

interface Shown {
  readonly examined: readonly Examined[];
  readonly mended: readonly Mended[];
  /** Whether `--fix` was asked for. */
  readonly asked: boolean;
}

const VERDICTS = ['ok', 'fault', 'cannot_tell', 'nothing'] as const;

export function writeExamined(shown: Shown, json: boolean, io: Pick<Io, 'stdout'>): void {
  io.stdout.write(json ? `${JSON.stringify(asJson(shown))}\n` : inWords(shown));
}

function asJson({ examined, mended }: Shown): object {
  return {
    counts: countsOf(examined),
    checks: examined.map(({ check, verdict, judgements }) => ({ id: check.id, verdict, judgements })),
    mended,
  };
}

/** What is well in a line for each group; then what could not be told, by why; then each fault. */
function inWords({ examined, mended, asked }: Shown): string {
  const lines = [...wellLines(examined), ...untoldLines(examined)];
  for (const { check, did, failed } of mended) {
    lines.push(`mended  ${check}: ${failed === null ? did : `not: ${did} (${failed})`}`);
  }
  for (const { check, judgements } of examined) {
    for (const judgement of judgements) lines.push(...faultLines(check.id, judgement));
  }
  const { ok, fault, cannot_tell, nothing } = countsOf(examined);
  lines.push(
    `${examined.length} checks: ${ok} ok, ${fault} with a fault, ${cannot_tell} that cannot be told, ${nothing} with nothing to look at`,
  );
  const mendable = examined.some(({ judgements }) =>
    judgements.some((one) => one.verdict === 'fault' && one.repair !== undefined),
  );
  if (mendable && !asked) lines.push('writ doctor --fix mends what it can of this.');
  return `${lines.join('\n')}\n`;
}

const wellLines = (examined: readonly Examined[]): readonly string[] =>
  CHECK_GROUPS.flatMap(({ title, checks }) => {
    const well = examined.filter(({ check, verdict }) => verdict === 'ok' && checks.includes(check));
    return well.length === 0 ? [] : [`ok      ${title}: ${well.map(({ check }) => check.id).join(', ')}`];
  });

/** One thing that could not be looked at keeps many checks from telling. */
function untoldLines(examined: readonly Examined[]): readonly string[] {
  const byWhy = new Map<string, Set<string>>();
  for (const { check, judgements } of examined) {
    for (const judgement of judgements) {
      if (judgement.verdict !== 'cannot_tell') continue;
      byWhy.set(judgement.why, (byWhy.get(judgement.why) ?? new Set()).add(check.id));
    }
  }
  return [...byWhy].map(([why, ids]) => `?       ${printable(why)} Cannot tell: ${briefly(ids, examined)}`);
}

/** A group of which nothing can be told is named by its title. */
function briefly(ids: ReadonlySet<string>, examined: readonly Examined[]): string {
  return CHECK_GROUPS.flatMap(({ title, checks }) => {
    const asked = examined.filter(({ check }) => checks.includes(check)).map(({ check }) => check.id);
    const untold = asked.filter((id) => ids.has(id));
    return untold.length > 2 && untold.length === asked.length ? [`all of ${title}`] : untold;
  }).join(', ');
}

function faultLines(id: string, judgement: Judgement): readonly string[] {
  if (judgement.verdict !== 'fault') return [];
  return [
    `FAULT   ${id}: ${printable(judgement.about)}`,
    `        ${printable(judgement.what)}`,
    `        proof: ${printable(judgement.proof)}`,
    `        fix:   ${printable(judgement.fix)}`,
  ];
}

type Counts = { readonly [V in Examined['verdict']]: number };

const countsOf = (examined: readonly Examined[]): Counts =>
  Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, examined.filter((one) => one.verdict === verdict).length]),
  ) as Counts;
