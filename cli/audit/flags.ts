/** What was asked on the command line. */
import type { Question } from '../../core/audit/result.ts';
import { VERDICTS, type Verdict } from '../../core/audit/verdict.ts';
import { TOLERANCE_SECONDS } from '../../core/limits.ts';
import { RELEASE } from '../../core/release.ts';
import { printable, usage } from '../failure.ts';

export interface AuditFlags {
  readonly evidence: string;
  readonly key?: string;
  readonly openings?: string;
  readonly trailKeys?: string;
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly writ?: readonly string[];
  readonly user?: readonly string[];
  readonly agent?: readonly string[];
  readonly task?: readonly string[];
  readonly verdict?: readonly string[];
  readonly all?: boolean;
  readonly tolerance?: string;
  readonly out?: string;
  readonly format?: readonly string[];
  readonly ocsf?: string;
  readonly json?: boolean;
}

/** @param argv - As given: it is part of what a report says. @throws Failure of usage. */
export function questionOf(flags: AuditFlags, argv: readonly string[]): Question {
  const from = flags.from === undefined ? null : instant(flags.from, '--from');
  const to = flags.to === undefined ? null : instant(flags.to, '--to');
  if (from !== null && to !== null && from >= to)
    throw usage('--from is not before --to.', 'writ audit --help');
  return {
    command: ['writ', ...argv],
    release: RELEASE,
    from,
    to,
    accounts: accountsOf(flags.account ?? []),
    regions: flags.region ?? [],
    only: {
      writs: flags.writ ?? [],
      users: flags.user ?? [],
      agents: flags.agent ?? [],
      tasks: flags.task ?? [],
      verdicts: verdictsOf(flags.verdict ?? []),
    },
    all: flags.all === true,
    toleranceSeconds: toleranceOf(flags.tolerance),
  };
}

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/;

/** A day, at its beginning, or a moment, both UTC: no other zone, which would depend on the machine. NumericDate. */
function instant(text: string, flag: string): number {
  const millis = DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(millis)) {
    throw usage(
      `${flag} ${printable(text)} is no time in UTC.`,
      `${flag} 2026-05-28, or ${flag} 2026-05-28T20:05:00Z`,
    );
  }
  return millis / 1000;
}

function accountsOf(accounts: readonly string[]): readonly string[] {
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account));
  if (wrong !== undefined)
    throw usage(`--account ${printable(wrong)} is no AWS account.`, '--account <12 digits>');
  return accounts;
}

function verdictsOf(names: readonly string[]): readonly Verdict[] {
  return names.map((name) => {
    const verdict = VERDICTS.find((known) => known === name.toUpperCase().replaceAll('-', '_'));
    if (verdict === undefined) {
      throw usage(`--verdict ${printable(name)}: there is no such verdict.`, `One of ${VERDICTS.join(', ')}`);
    }
    return verdict;
  });
}

/** A tolerance of hours would excuse what it should find. */
const MOST_TOLERANCE_SECONDS = 300;

/** @throws Failure of usage. */
export function toleranceOf(text: string | undefined): number {
  if (text === undefined) return TOLERANCE_SECONDS;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MOST_TOLERANCE_SECONDS)) {
    throw usage(
      `--tolerance ${printable(text)}: not 0 to ${MOST_TOLERANCE_SECONDS} seconds.`,
      'writ audit --help',
    );
  }
  return seconds;
}
