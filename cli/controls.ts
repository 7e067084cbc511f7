import { controlsOf } from '../core/audit/controls/controls.ts';
import { FRAMEWORKS, type Framework } from '../core/audit/controls/finding.ts';
import { exitCodeOf } from './audit/exit-code.ts';
import type { AuditFlags } from './audit/flags.ts';
import { withRun } from './audit.ts';
import { asCsv, asJson, inWords } from './controls/tell.ts';
import { evidenceFailure, lockOfEvidence } from './evidence-place.ts';
import { printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { KEY_WARNING } from './log-key.ts';

export interface ControlsFlags extends AuditFlags {
  readonly framework?: readonly string[];
  readonly csv?: boolean;
}

/**
 * `writ controls`: what a period shows toward each control.
 *
 * @param trail - Folders and files.
 * @returns the exit code, as of `writ audit`.
 * @throws Failure: 1 usage, 4 what makes an answer impossible.
 */
export async function controls(trail: readonly string[], flags: ControlsFlags, io: Io): Promise<number> {
  const frameworks = frameworksOf(flags.framework);
  if (flags.csv && flags.json)
    throw usage('--csv and --json are two forms of one answer.', 'writ controls --help');
  return withRun(trail, flags, io, async (run, { fromTheLog, flaws }) => {
    const lock = await lockOfEvidence(flags.evidence, io).catch((caught) => {
      throw evidenceFailure(caught, flags.evidence);
    });
    const findings = controlsOf(run, { lock, frameworks });
    const form = flags.csv ? asCsv : flags.json ? asJson : inWords;
    io.stdout.write(form(findings, run.result, io.stdout));
    if (fromTheLog && !flags.json) io.stderr.write(`${KEY_WARNING}\n`);
    return exitCodeOf(run.result, flaws > 0);
  });
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** By a part of the name: `soc2`, `csf`, `ai act`. @throws Failure of usage where it is in none. */
function frameworksOf(wanted: readonly string[] | undefined): readonly Framework[] {
  if (wanted === undefined) return FRAMEWORKS;
  return wanted.flatMap((name) => {
    const found = plain(name) === '' ? [] : FRAMEWORKS.filter((each) => plain(each).includes(plain(name)));
    if (found.length > 0) return found;
    throw usage(
      `--framework ${printable(name)}: there is no such framework.`,
      `One of ${FRAMEWORKS.join(', ')}`,
    );
  });
}
