/** What a run found, for a terminal or for a program. Text from logs is made safe here. */
import { sentenceOf } from '../../core/audit/reasons.ts';
import type { AuditResult, AuditRow, DigestCoverage } from '../../core/audit/result.ts';
import { ALARMS, VERDICTS, type Verdict } from '../../core/audit/verdict.ts';
import { isoTime } from '../../core/encoding/iso-time.ts';
import { printable } from '../failure.ts';
import type { Io, Output } from '../io.ts';
import { jsonLine } from '../report/json-line.ts';
import { table } from '../table.ts';

const ALARMS_TOLD = 20;

export function tellAudit(result: AuditResult, written: readonly string[], json: boolean, io: Io): void {
  if (json) io.stdout.write(`${jsonLine(jsonOf(result, written))}\n`);
  else io.stdout.write(textOf(result, written, io));
}

/** All but the records: those are in the evidence, and a report has them. */
function jsonOf(result: AuditResult, written: readonly string[]) {
  const { alarms, writs, refusals, ...rest } = result;
  return {
    ...rest,
    alarms: { ...alarms, shown: alarms.shown.map(({ event, finding }) => ({ event, finding })) },
    writs: { ...writs, shown: writs.shown.map(({ evidence: _, ...writ }) => writ) },
    refusals: { shown: refusals.shown.map(({ index }) => index), leftOut: refusals.leftOut },
    written,
  };
}

function textOf(result: AuditResult, written: readonly string[], io: Io): string {
  const { stdout } = io;
  const paint = painter(io);
  return [
    ...(result.log.local ? [`${paint('1', 'LOCAL, NOT EVIDENCE')}\n\n`] : []),
    `${verdictLine(result, paint)}\n\n`,
    countsTable(result, stdout, paint),
    `\n${coverageLines(result).join('\n')}\n`,
    ...problemLines(result).map((line) => `${paint('33', '!')} ${line}\n`),
    alarmTable(result, stdout),
    ...written.map((path) => `written: ${printable(path)}\n`),
  ].join('');
}

type Paint = (code: string, text: string) => string;

/** Colour says nothing that the words do not. */
const painter = ({ stdout, env }: Io): Paint => {
  const coloured = stdout.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return (code, text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
};

function verdictLine({ counts, alarms, completeness }: AuditResult, paint: Paint): string {
  const judged = sumOf(counts.verdicts);
  const found = alarms.shown.length + alarms.leftOut;
  if (judged === 0) return paint('33', 'Nothing was judged: no event of the trail was asked for.');
  if (found > 0) {
    return paint('31', `${found} of ${events(judged)} ${found === 1 ? 'needs' : 'need'} somebody to look.`);
  }
  const covered = `${counts.verdicts.ATTRIBUTED} of ${events(judged)} attributed to a writ; none needs to be looked at`;
  const missing = completeness.withoutMint.shown.length + completeness.withoutMint.leftOut;
  return missing > 0
    ? paint('33', `${covered}; of ${missing} issued sessions the trail has no mint.`)
    : paint('32', `${covered}.`);
}

const events = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`;

const sumOf = (verdicts: { readonly [verdict: string]: number }): number =>
  Object.values(verdicts).reduce((sum, count) => sum + count, 0);

/** Everything that adds up to the number of records, in one column. */
function countsTable({ counts }: AuditResult, to: Output, paint: Paint): string {
  const rows: (readonly [string, number])[] = [
    ...[...ALARMS, ...VERDICTS.filter((verdict) => !ALARMS.includes(verdict))]
      .map((verdict: Verdict) => [verdict, counts.verdicts[verdict]] as const)
      .filter(([, count]) => count > 0),
    ...(
      [
        ['duplicates', counts.duplicates],
        ['outside of what was asked', counts.notAsked],
        ['unreadable', counts.unreadable],
      ] as const
    ).filter(([, count]) => count > 0),
    ['records in the trail', counts.records],
  ];
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  const text = table(
    [
      { title: 'EVENTS', of: ([, count]) => String(count).padStart(width) },
      { title: '', of: ([name]) => name },
    ],
    rows,
    to,
  );
  return ALARMS.reduce(
    (all, alarm) => all.replace(new RegExp(`\\b${alarm}$`, 'm'), paint('31', alarm)),
    text,
  );
}

function coverageLines({ coverage, inputs, log, question }: AuditResult): readonly string[] {
  const { found, places, dataEvents, digests } = coverage;
  const asked = [question.from, question.to].map((time) => (time === null ? '…' : isoTime(time)));
  return [
    `asked   ${question.from === null && question.to === null ? 'all of the trail' : `${asked[0]} to ${asked[1]}`}`,
    found === null
      ? 'found   no event'
      : `found   ${isoTime(found.from)} to ${isoTime(found.to)}, ${places.shown.length + places.leftOut} × account and Region`,
    `trail   ${inputs.files.shown.length + inputs.files.leftOut} files, ${inputs.bytes} bytes, SHA-256 of the list ${inputs.filesHash}`,
    `data    ${dataEvents ? 'data events are in the trail, at least some' : 'no data event: what was done to objects and items is not in this trail'}`,
    `digests ${digestLine(digests)}`,
    `log     ${printable(log.origin)}, ${log.size} leaves, root ${log.root}, key ${printable(log.key)}`,
  ];
}

function digestLine({ files, signatures, verified, filesCovered, filesUncovered }: DigestCoverage): string {
  const said = {
    verified: `${files} digest files, all signatures hold`,
    partly: `${files} digest files, ${verified} signatures hold`,
    failed: `${files} digest files, no signature holds`,
    no_keys: `${files} digest files, hashes compared, signatures NOT verified (--trail-keys)`,
    none: 'no digest file: nothing shows that the trail is as CloudTrail delivered it',
  }[signatures];
  return signatures === 'none' ? said : `${said}; ${filesCovered} trail files covered, ${filesUncovered} not`;
}

function problemLines({ inputs, coverage, counts, log, completeness }: AuditResult): readonly string[] {
  const shortened = <T>(
    { shown, leftOut }: { shown: readonly T[]; leftOut: number },
    line: (one: T) => string,
  ) => [
    ...shown.slice(0, ALARMS_TOLD).map(line),
    ...(shown.length + leftOut > ALARMS_TOLD ? [`… and ${shown.length + leftOut - ALARMS_TOLD} more`] : []),
  ];
  const { withoutMint } = completeness;
  const unseen = withoutMint.shown.length + withoutMint.leftOut;
  return [
    ...shortened(
      { shown: log.flaws, leftOut: 0 },
      ({ where, flaw }) => `log: ${printable(where)}: ${printable(flaw)}`,
    ),
    ...shortened(
      inputs.damaged,
      ({ name, damage, records }) => `${printable(name)}: ${damage}, after ${records} records`,
    ),
    ...(counts.unreadable > 0 ? [`${counts.unreadable} records are no events that can be read`] : []),
    ...shortened(
      coverage.digests.flaws,
      ({ name, flaw }) => `${printable(name)}: ${flaw.replaceAll('_', ' ')}`,
    ),
    ...coverage.accountsMissing.map(
      (account) =>
        `account ${printable(account)}: sessions were issued there, and the trail has no event of it`,
    ),
    ...coverage.places.shown
      .filter(({ emptyHours }) => emptyHours > 0)
      .slice(0, ALARMS_TOLD)
      .map(
        ({ account, region, emptyHours }) =>
          `${printable(account)} ${printable(region)}: ${emptyHours} hours without any event`,
      ),
    ...(unseen > 0 ? [`${unseen} issued sessions have no mint in the trail`] : []),
  ];
}

function alarmTable({ alarms }: AuditResult, to: Output): string {
  const { shown, leftOut } = alarms;
  if (shown.length === 0) return '';
  const rows = table<AuditRow>(
    [
      { title: 'VERDICT', of: ({ finding }) => finding.verdict },
      { title: 'TIME', of: ({ event }) => isoTime(event.eventTime) },
      {
        title: 'CALL',
        of: ({ event }) => `${event.eventSource.replace(/\.amazonaws\.com$/, '')}:${event.eventName}`,
      },
      { title: 'WRIT', of: ({ finding }) => finding.writ ?? '-' },
      { title: 'EVENT', of: ({ event }) => event.eventId, whole: true },
      { title: 'WHY', of: ({ finding }) => sentenceOf(finding.reason) },
    ],
    shown.slice(0, ALARMS_TOLD),
    to,
  );
  const more = shown.length + leftOut - ALARMS_TOLD;
  return `\n${rows}${more > 0 ? `… and ${more} more: --out <folder> writes all of them\n` : ''}  next: writ why <event>\n`;
}
