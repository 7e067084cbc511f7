/** Reports of a run: its rows are gone through once, whatever is written of them, and never held. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WritEvidence } from '../../core/audit/evidence.ts';
import type { AuditResult, AuditRun } from '../../core/audit/result.ts';
import { csvHeader, csvRow } from './csv-columns.ts';
import { jsonLine } from './json-line.ts';
import { eventLine, writLine } from './jsonl.ts';
import { MANIFEST, manifestOf, SUMS, sumsOf } from './manifest.ts';
import type { OcsfVersion } from './ocsf.ts';
import { apiActivity } from './ocsf-api.ts';
import { inVersion } from './ocsf-older.ts';
import { authorizeSession } from './ocsf-session.ts';
import { page } from './page/page.ts';
import type { ReportControl } from './report-control.ts';
import { ReportFile, type Written } from './report-file.ts';
import { FactsOfWrits, type WritFacts } from './writ-facts.ts';

export const FORMATS = ['html', 'csv', 'jsonl', 'ocsf'] as const;
export type ReportFormat = (typeof FORMATS)[number];

/** Names of the files, by format. */
export const FILES = {
  html: ['report.html'],
  csv: ['events.csv'],
  jsonl: ['events.jsonl', 'writs.jsonl'],
  ocsf: ['events.ocsf.jsonl'],
} as const satisfies { readonly [format in ReportFormat]: readonly string[] };

export interface ReportOptions {
  /** Default 1.9. */
  readonly ocsf?: OcsfVersion;
  /** For the page; default: none, and then it has no such section. */
  readonly controls?: readonly ReportControl[];
  /** @param done - Rows that were written, of so many. */
  readonly onRow?: (done: number, of: number) => void;
}

/** The rows are not those that were counted: a defect of ours, and no manifest stands beside what was written. */
export class RowsDiffer extends Error {
  constructor(listed: number, written: number) {
    super(`${listed} rows were counted, and ${written} came`);
    this.name = 'RowsDiffer';
  }
}

/**
 * Writes one run into a folder: reports, `manifest.json`, `SHA256SUMS`. What an earlier run left there under these names is
 * replaced or removed: a folder speaks of one run. The same run gives the same bytes.
 *
 * @param folder - Absolute; made where it is not there.
 * @returns what was written, in the order of `SHA256SUMS`, which comes last.
 * @throws RowsDiffer; what the file system says.
 */
export async function writeReports(
  run: AuditRun,
  folder: string,
  formats: readonly ReportFormat[],
  options: ReportOptions = {},
): Promise<readonly Written[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // First of all: a manifest must never stand beside what it does not speak of.
  for (const name of [SUMS, MANIFEST, ...Object.values(FILES).flat()])
    await rm(join(folder, name), { force: true });
  const writers = await openWriters(run, folder, new Set(formats), options);
  const reports: Written[] = [];
  try {
    await passThrough(run, writers, options);
    for (const { file } of writers) reports.push(await file.close());
  } catch (error) {
    await Promise.allSettled(writers.map(({ file }) => file.discard()));
    throw error;
  }
  const manifest = await writeWhole(folder, MANIFEST, manifestOf(run.result, reports));
  const sums = await writeWhole(folder, SUMS, sumsOf([...reports, manifest]));
  return [...reports, manifest, sums];
}

interface Writer {
  readonly file: ReportFile;
  readonly row?: (row: Parameters<typeof csvRow>[0], facts: WritFacts | null) => string;
  /** After the rows, for each writ of the run, by id. */
  readonly writ?: (writ: WritEvidence, facts: WritFacts) => string;
}

async function openWriters(
  { result, evidence }: AuditRun,
  folder: string,
  formats: ReadonlySet<ReportFormat>,
  { ocsf = '1.9', controls = [] }: ReportOptions,
): Promise<readonly Writer[]> {
  const { log, question } = result;
  const ocsfLine = (event: Parameters<typeof inVersion>[0] | null): string =>
    event === null ? '' : `${jsonLine(inVersion(event, ocsf))}\n`;
  const writers: Writer[] = [];
  const open = (name: string) => ReportFile.create(folder, name);
  if (formats.has('html')) {
    const file = await open(FILES.html[0]);
    await file.write(page(result, evidence, controls));
    writers.push({ file });
  }
  if (formats.has('csv')) {
    const file = await open(FILES.csv[0]);
    await file.write(csvHeader());
    writers.push({ file, row: csvRow });
  }
  if (formats.has('jsonl')) {
    writers.push({ file: await open(FILES.jsonl[0]), row: eventLine });
    writers.push({ file: await open(FILES.jsonl[1]), writ: writLine });
  }
  if (formats.has('ocsf')) {
    writers.push({
      file: await open(FILES.ocsf[0]),
      row: (row, facts) => ocsfLine(apiActivity(row, facts, log, question.release)),
      writ: (_, facts) => ocsfLine(authorizeSession(facts, log, question.release)),
    });
  }
  return writers;
}

async function passThrough(
  run: AuditRun,
  writers: readonly Writer[],
  { onRow }: ReportOptions,
): Promise<void> {
  const { listed } = run.result.counts;
  const facts = new FactsOfWrits(run.evidence);
  const named = new Map<string, WritEvidence>(writsOf(run.result));
  const ofRows = writers.flatMap(({ file, row }) => (row === undefined ? [] : [{ file, row }]));
  const ofWrits = writers.flatMap(({ file, writ }) => (writ === undefined ? [] : [{ file, writ }]));
  if (ofRows.length > 0) {
    let done = 0;
    for await (const row of run.rows()) {
      const said = row.writ === null ? null : facts.of(row.writ);
      if (row.writ !== null) named.set(row.writ.writ, row.writ);
      for (const { file, row: line } of ofRows) await file.write(line(row, said));
      done++;
      onRow?.(done, listed);
    }
    if (done !== listed) throw new RowsDiffer(listed, done);
  }
  const byId = [...named].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [, writ] of ofWrits.length === 0 ? [] : byId) {
    for (const { file, writ: line } of ofWrits) await file.write(line(writ, facts.of(writ)));
  }
}

/** Those of the period; beyond the result's limit, those that a row names are added as the rows pass. */
const writsOf = ({ writs }: AuditResult): readonly (readonly [string, WritEvidence])[] =>
  writs.shown.flatMap(({ writ, evidence }) => (evidence === null ? [] : [[writ, evidence] as const]));

async function writeWhole(folder: string, name: string, text: string): Promise<Written> {
  const file = await ReportFile.create(folder, name);
  await file.write(text);
  return file.close();
}
