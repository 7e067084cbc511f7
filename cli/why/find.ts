/** The events that a question is about, judged as `writ audit` judges them: beside all others of their credential. */
import { availableParallelism } from 'node:os';
import type { Evidence } from '../../core/audit/evidence.ts';
import { judge } from '../../core/audit/judge.ts';
import { prefilterOf } from '../../core/audit/prefilter.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import type { Judged } from '../../core/audit/verdict.ts';
import { type EngineFile, runEngine } from '../audit/engine.ts';
import { engineFailure } from '../audit/engine-failure.ts';
import { findTrail } from '../audit/find-trail.ts';
import { progressOf } from '../audit/progress.ts';
import { openScratch } from '../audit/scratch.ts';
import type { Io } from '../io.ts';

export interface Found {
  /** By time, event id and place. */
  readonly rows: readonly Judged<TrailEvent>[];
  /** Events of the whole trail. */
  readonly events: number;
  /** Where a file lies, by the name that events have of it. */
  readonly pathOf: (file: string) => string;
  readonly damaged: readonly string[];
}

interface Asked {
  readonly evidence: Evidence;
  readonly tolerance: number;
  readonly isWanted: (row: Judged<TrailEvent>) => boolean;
  readonly quiet: boolean;
}

const EVERYTHING = { from: null, to: null, accounts: [], regions: [] } as const;

/**
 * Out-of-scope events are looked at only where nothing else was found: they are most of a trail.
 *
 * @param trail - Folders and files. @param isWrit - A writ is asked about, and no event of it is out of scope.
 * @throws Failure
 */
export async function findRows(
  trail: readonly string[],
  asked: Asked,
  isWrit: boolean,
  io: Io,
): Promise<Found> {
  const found = await findTrail(trail, io);
  const files = found.logs.map((file) => ({ ...file, hashContent: false }));
  const first = await judged(files, false, asked, io);
  return isWrit || first.rows.length > 0 ? first : judged(files, true, asked, io);
}

async function judged(
  files: readonly EngineFile[],
  all: boolean,
  { evidence, tolerance, isWanted, quiet }: Asked,
  io: Io,
): Promise<Found> {
  const paths = new Map(files.map(({ name, path }) => [name, path]));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = progressOf(io, { files: files.length, bytes }, quiet);
  const scratch = await openScratch();
  try {
    const engine = await runEngine({
      files,
      prefilter: prefilterOf(evidence, tolerance),
      asked: EVERYTHING,
      all,
      judge: (events, twice) => judge(events, evidence, { tolerance, twice }),
      threads: availableParallelism(),
      folder: scratch.folder,
      onFile: (file, { records }) => progress.onFile(file.bytes, records),
      onJudging: progress.onJudging,
    });
    const rows = [];
    for (const row of engine.rows()) if (isWanted(row)) rows.push(row);
    return {
      rows,
      events: engine.records,
      pathOf: (file) => paths.get(file) ?? file,
      damaged: files.flatMap(({ name }, index) => (engine.files[index]?.damage ? [name] : [])),
    };
  } catch (caught) {
    throw engineFailure(caught);
  } finally {
    progress.end();
    scratch.remove();
  }
}
