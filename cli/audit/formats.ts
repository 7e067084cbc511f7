import { printable, usage } from '../failure.ts';
import { OCSF_VERSIONS, type OcsfVersion } from '../report/ocsf.ts';
import { FORMATS, type ReportFormat } from '../report/write-reports.ts';
import type { AuditFlags } from './flags.ts';

/** Which reports are wanted: all, unless some are named. @throws Failure of usage. */
export function formatsOf({ format, out }: AuditFlags): readonly ReportFormat[] {
  if (format === undefined) return FORMATS;
  if (out === undefined) throw usage('--format needs a folder.', '--out <folder>');
  return format.map((name) => {
    const known = FORMATS.find((each) => each === name);
    if (known !== undefined) return known;
    throw usage(`--format ${printable(name)}: there is no such format.`, `One of ${FORMATS.join(', ')}`);
  });
}

/** @returns `undefined`: the writer's own choice. @throws Failure of usage. */
export function ocsfOf({ ocsf, out }: AuditFlags): OcsfVersion | undefined {
  if (ocsf === undefined) return undefined;
  if (out === undefined) throw usage('--ocsf needs a folder.', '--out <folder>');
  const known = OCSF_VERSIONS.find((version) => version === ocsf);
  if (known !== undefined) return known;
  throw usage(
    `--ocsf ${printable(ocsf)}: no version that Writ writes.`,
    `One of ${OCSF_VERSIONS.join(', ')}`,
  );
}
