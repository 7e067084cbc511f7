/**
 * Trail files to judged rows, over several threads and in bounded memory:
 *
 * 1. threads read files, count what is out of scope, put the other events aside by credential, and every id by its hash;
 * 2. threads look for ids that stand twice, partition by partition;
 * 3. what one credential did is judged together, partition by partition, and sorted;
 * 4. the sorted runs are merged: the rows come in the same order whatever the order of files.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prefilter } from '../../core/audit/evidence.ts';
import type { OutOfScope } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import type { Asked } from './asked.ts';
import { isAsked } from './asked.ts';
import type { Found } from './duplicates.ts';
import type { IntakeFile, Taken, TakenFile } from './intake.ts';
import { placeKey, putMark, readMarks } from './marks.ts';
import { partitionsFor } from './partition.ts';
import { share, Thread } from './pool.ts';
import { merged, putRun, type Row } from './runs.ts';
import { linesOf, readPartition, Spool, type Spooled } from './spool.ts';
import { Places, type PlaceTally } from './tallies.ts';

export interface EngineFile {
  /** As the result names it; no two are the same. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** A digest speaks of its content. */
  readonly hashContent: boolean;
  /** Of a file that is not on this machine: puts it where there is none. */
  readonly remote?: { readonly save: (path: string) => Promise<void> };
}

export interface EngineOptions {
  /** By name. */
  readonly files: readonly EngineFile[];
  readonly prefilter: Prefilter;
  readonly asked: Asked;
  /** Out-of-scope events are judged and listed too. */
  readonly all: boolean;
  /** `twice`: event ids under which there are two events. @returns one row for each event. */
  readonly judge: (events: readonly TrailEvent[], twice: ReadonlySet<string>) => readonly Row[];
  readonly threads: number;
  /** Empty, and nobody else's. It is needed until the rows have been read. */
  readonly folder: string;
  readonly onFile?: (file: EngineFile, taken: TakenFile) => void;
  readonly onJudging?: (done: number, of: number) => void;
}

export interface EngineResult {
  /** In the order of `files`. */
  readonly files: readonly TakenFile[];
  readonly records: number;
  readonly unreadable: number;
  readonly notAsked: number;
  readonly duplicates: number;
  readonly places: readonly PlaceTally[];
  /** What was counted and not judged. */
  readonly others: readonly OutOfScope[];
  /** Every judged event that was asked for. May be gone through again. */
  readonly rows: () => Generator<Row>;
}

/** @throws JobFailed, code `ERR_WORKER_OUT_OF_MEMORY` among others: nothing can be said of the trail then. */
export async function runEngine(options: EngineOptions): Promise<EngineResult> {
  const partitions = partitionsFor(options.files.reduce((sum, { bytes }) => sum + bytes, 0));
  const wanted = Math.max(1, Math.min(options.threads, options.files.length));
  const { folder, prefilter, asked, all } = options;
  const threads = Array.from(
    { length: wanted },
    (_, thread) => new Thread({ thread, folder, partitions, prefilter, asked, all }),
  );
  try {
    const files = await takeFiles(threads, options);
    const first = await Promise.all(threads.map((thread) => thread.run({ job: 'taken' })));
    const settled = await settleDuplicates(threads, first, options, partitions);
    const taken = settled.again
      ? await Promise.all(threads.map((thread) => thread.run({ job: 'taken' })))
      : first;
    const runs = judgeAll(taken, settled.marks, options, partitions);
    const sum = (of: (one: Taken) => number) => first.reduce((total, one) => total + of(one), 0);
    return {
      files,
      records: sum(({ records }) => records),
      unreadable: sum(({ unreadable }) => unreadable),
      notAsked: sum(({ notAsked }) => notAsked),
      duplicates: settled.duplicates,
      places: addPlaces(first),
      others: addOthers(
        first.map(({ others }) => others),
        settled.undone,
      ),
      rows: () => merged(runs),
    };
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

/** The largest first: a long file that begins last would be waited for alone. */
async function takeFiles(
  threads: readonly Thread[],
  { files, folder, onFile }: EngineOptions,
): Promise<readonly TakenFile[]> {
  const taken: TakenFile[] = [];
  const jobs = files
    .map((file, index) => ({ job: 'take' as const, file: intakeFile(file, index, folder) }))
    .sort((one, other) => bytesOf(files, other) - bytesOf(files, one));
  await share(threads, jobs, { around: fetched(files) }, (done, { file }) => {
    taken[file.index] = done;
    const of = files[file.index];
    if (of !== undefined) onFile?.(of, done);
  });
  return taken;
}

const bytesOf = (files: readonly EngineFile[], { file }: { readonly file: IntakeFile }): number =>
  files[file.index]?.bytes ?? 0;

const intakeFile = (
  { name, path, hashContent, remote }: EngineFile,
  index: number,
  folder: string,
): IntakeFile => ({
  ...{ name, index, hashContent },
  path: remote === undefined ? path : join(folder, `object-${index}`),
});

/** A remote file is here while it is worked on. One that does not come is one that cannot be opened, and told as such. */
const fetched =
  (files: readonly EngineFile[]) =>
  async <T>({ file }: { readonly file: IntakeFile }, work: () => Promise<T>): Promise<T> => {
    const remote = files[file.index]?.remote;
    if (remote === undefined) return work();
    const came = await remote.save(file.path).then(
      () => true,
      () => false,
    );
    if (!came) await rm(file.path, { force: true });
    try {
      return await work();
    } finally {
      await rm(file.path, { force: true });
    }
  };

interface Settled {
  readonly duplicates: number;
  readonly marks: Spooled;
  /** How many events less each entry of `others` has, by thread. */
  readonly undone: readonly ReadonlyMap<number, number>[];
  /** Events were put aside since. */
  readonly again: boolean;
}

async function settleDuplicates(
  threads: readonly Thread[],
  taken: readonly Taken[],
  { files, folder }: EngineOptions,
  partitions: number,
): Promise<Settled> {
  const marks = new Spool(join(folder, 'marks'), partitions);
  const undone = taken.map(() => new Map<number, number>());
  const readAgain = new Map<number, Set<number>>();
  let duplicates = 0;
  const undo = ({ thread, number }: { readonly thread: number; readonly number: number }) => {
    const of = undone[thread];
    of?.set(number, (of.get(number) ?? 0) + 1);
  };
  const spools = taken.map(({ ids }) => ids);
  const jobs = Array.from({ length: partitions }, (_, partition) => ({
    job: 'duplicates' as const,
    spools,
    partition,
  }));
  await share(threads, jobs, {}, ({ copies, conflicting }: Found) => {
    for (const copy of copies) {
      if (copy.asked) duplicates++;
      if (copy.inScope) putMark(marks, copy.where, copy, 'copy');
      else if (copy.asked) undo(copy.counted);
    }
    for (const one of conflicting) {
      if (one.inScope) putMark(marks, one.where, one, 'twice');
      else {
        if (one.asked) undo(one.counted);
        const positions = readAgain.get(one.file) ?? new Set();
        readAgain.set(one.file, positions.add(one.position));
      }
    }
  });
  const again = [...readAgain].flatMap(([index, positions]) => {
    const file = files[index];
    return file === undefined
      ? []
      : [{ job: 'again' as const, file: intakeFile(file, index, folder), positions }];
  });
  await share(threads, again, { around: fetched(files) }, (places, { file }) => {
    for (const { position, partition } of places)
      putMark(marks, partition, { file: file.index, position }, 'twice');
  });
  const spooled = marks.flush();
  marks.close();
  return { duplicates, marks: spooled, undone, again: again.length > 0 };
}

function judgeAll(
  taken: readonly Taken[],
  marks: Spooled,
  { files, folder, asked, judge, onJudging }: EngineOptions,
  partitions: number,
): Spooled {
  const indices = new Map(files.map(({ name }, index) => [name, index]));
  const runs = new Spool(join(folder, 'runs'), partitions);
  const spools = taken.map(({ events }) => events);
  for (let partition = 0; partition < partitions; partition++) {
    const { copies, twice } = readMarks(marks, partition);
    const ids = new Set<string>();
    const events: TrailEvent[] = [];
    for (const line of linesOf(readPartition(spools, partition))) {
      const event = JSON.parse(line) as TrailEvent;
      const place = placeKey(indices.get(event.file) ?? 0, event.position);
      if (copies.has(place)) continue;
      if (twice.has(place)) ids.add(event.eventId);
      events.push(event);
    }
    putRun(
      runs,
      partition,
      judge(events, ids).filter(({ event }) => isAsked(event, asked)),
    );
    onJudging?.(partition + 1, partitions);
  }
  const spooled = runs.flush();
  runs.close();
  return spooled;
}

function addPlaces(taken: readonly Taken[]): readonly PlaceTally[] {
  const places = new Places();
  for (const { places: own } of taken) for (const place of own) places.merge(place);
  return places.all();
}

function addOthers(
  threads: readonly (readonly OutOfScope[])[],
  undone: readonly ReadonlyMap<number, number>[],
): readonly OutOfScope[] {
  return threads.flatMap((others, thread) =>
    others.map((entry, number) => ({ ...entry, events: entry.events - (undone[thread]?.get(number) ?? 0) })),
  );
}
