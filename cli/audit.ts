import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type DigestKeys, readDigestKeys } from '../adapters/trail/digest-keys.ts';
import type { TrailFiles } from '../adapters/trail/find-files.ts';
import { buildEvidence } from '../core/audit/build-evidence.ts';
import { controlsOf } from '../core/audit/controls/controls.ts';
import { FRAMEWORKS } from '../core/audit/controls/finding.ts';
import type { Evidence, Leaf } from '../core/audit/evidence.ts';
import { judge } from '../core/audit/judge.ts';
import { prefilterOf } from '../core/audit/prefilter.ts';
import type { AuditRun, Question } from '../core/audit/result.ts';
import { VERIFIER_KEY_PATH } from '../core/evidence/checkpoint.ts';
import { loadLeaves } from '../core/evidence/load.ts';
import { runEngine } from './audit/engine.ts';
import { engineFailure } from './audit/engine-failure.ts';
import { exitCodeOf } from './audit/exit-code.ts';
import { findTrail } from './audit/find-trail.ts';
import { type AuditFlags, questionOf } from './audit/flags.ts';
import { formatsOf, ocsfOf } from './audit/formats.ts';
import { gather } from './audit/gather.ts';
import { progressOf } from './audit/progress.ts';
import { openingsIn } from './audit/read-openings.ts';
import { openScratch } from './audit/scratch.ts';
import { tellAudit } from './audit/tell.ts';
import { checkedDigests, inputsOf, readDigests, toRead } from './audit/trail.ts';
import { reportControls } from './controls/report-controls.ts';
import { evidenceFailure, lockOfEvidence, openEvidence } from './evidence-place.ts';
import { printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { KEY_WARNING, logKey } from './log-key.ts';
import { progressOn } from './progress-line.ts';
import { type ReportFormat, type ReportOptions, writeReports } from './report/write-reports.ts';

/**
 * `writ audit`: each event of a trail, held against the evidence log.
 *
 * @param trail - Folders and files.
 * @returns the exit code: 0 nothing found, 2 an alarm, 3 no event, 4 something could not be read, or does not verify.
 * @throws Failure: 1 usage, 4 what makes an answer impossible.
 */
export async function audit(trail: readonly string[], flags: AuditFlags, io: Io): Promise<number> {
  const formats = formatsOf(flags);
  const ocsf = ocsfOf(flags);
  return withRun(trail, flags, io, async (run, { fromTheLog, flaws }) => {
    const written = flags.out === undefined ? [] : await writeAll(run, flags.out, formats, ocsf, flags, io);
    tellAudit(run.result, written, flags.json === true, io);
    if (fromTheLog && flags.json !== true) io.stderr.write(`${KEY_WARNING}\n`);
    return exitCodeOf(run.result, flaws > 0);
  });
}

/** @returns paths of what was written. */
async function writeAll(
  run: AuditRun,
  out: string,
  formats: readonly ReportFormat[],
  ocsf: ReportOptions['ocsf'],
  { evidence, json }: AuditFlags,
  io: Io,
): Promise<readonly string[]> {
  const folder = resolve(io.cwd, out);
  const lock = await lockOfEvidence(evidence, io).catch((caught) => {
    throw evidenceFailure(caught, evidence);
  });
  const controls = reportControls(controlsOf(run, { lock, frameworks: FRAMEWORKS }));
  const progress = progressOn(io.stderr, json === true);
  const onRow = (done: number, of: number) => progress.show('writing', done, of);
  const written = await writeReports(run, folder, formats, { controls, onRow, ...(ocsf && { ocsf }) });
  progress.clear();
  return written.map(({ name }) => join(folder, name));
}

/**
 * Judges a trail, for whoever tells of it. The rows are gone when `use` has ended.
 *
 * @param use - `fromTheLog`: the key came with the evidence. `flaws`: of the log itself, without openings that do not fit.
 * @throws Failure: 1 usage, 4 what makes an answer impossible.
 */
export async function withRun<T>(
  trail: readonly string[],
  flags: AuditFlags,
  io: Io,
  use: (run: AuditRun, log: { readonly fromTheLog: boolean; readonly flaws: number }) => Promise<T>,
): Promise<T> {
  const question = questionOf(flags, io.argv);
  const [openings, keys] = await Promise.all([openingsIn(flags.openings, io), trailKeysIn(flags, io)]);
  const files = await findTrail(trail, io);
  const log = await logOf(flags, io);
  const evidence = buildEvidence(log.leaves, log.facts, openings);
  const scratch = await openScratch();
  try {
    const run = await auditTrail(
      files,
      { question, evidence, leaves: log.leaves, keys, folder: scratch.folder },
      flags,
      io,
    );
    return await use(run, { fromTheLog: log.fromTheLog, flaws: log.facts.flaws.length });
  } finally {
    scratch.remove();
  }
}

interface Given {
  readonly question: Question;
  readonly evidence: Evidence;
  readonly leaves: readonly Leaf[];
  readonly keys: DigestKeys | null;
  readonly folder: string;
}

async function auditTrail(
  found: TrailFiles,
  { question, evidence, leaves, keys, folder }: Given,
  flags: AuditFlags,
  io: Io,
): Promise<AuditRun> {
  const digests = await readDigests(found.digests);
  const files = toRead(found.logs, digests);
  const tolerance = question.toleranceSeconds;
  const prefilter = prefilterOf(evidence, tolerance);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = progressOf(io, { files: files.length, bytes }, flags.json === true);
  try {
    const engine = await runEngine({
      ...{ files, prefilter, asked: question, all: question.all, folder },
      judge: (events, twice) => judge(events, evidence, { tolerance, twice }),
      threads: availableParallelism(),
      onFile: (file, { records }) => progress.onFile(file.bytes, records),
      onJudging: progress.onJudging,
    });
    const inputs = inputsOf(files, engine);
    const checked = checkedDigests(digests, files, engine, keys, question);
    return gather(engine, { question, inputs, evidence, leaves, prefilter, digests: checked });
  } catch (caught) {
    throw engineFailure(caught);
  } finally {
    progress.end();
  }
}

async function logOf({ evidence: place, key: given }: AuditFlags, io: Io) {
  try {
    const folder = await openEvidence(place, io);
    const { key, fromTheLog } = await logKey(given, () => folder.read(VERIFIER_KEY_PATH), io);
    return { ...(await loadLeaves(folder, key)), fromTheLog };
  } catch (caught) {
    throw evidenceFailure(caught, place);
  }
}

async function trailKeysIn({ trailKeys: file }: AuditFlags, io: Io): Promise<DigestKeys | null> {
  if (file === undefined) return null;
  const keys = readDigestKeys(await readFile(resolve(io.cwd, file), 'utf8'));
  if (keys !== null) return keys;
  throw usage(
    `${printable(file)} holds no keys of CloudTrail.`,
    'aws cloudtrail list-public-keys --region <region> --start-time <time> > keys.json',
  );
}
