/** One thread's part of reading a trail: files in, counts and spooled events out. */
import { join } from 'node:path';
import { readEvent } from '../../adapters/trail/read-event.ts';
import { type FileRead, readRecords } from '../../adapters/trail/read-records.ts';
import type { Found } from '../../adapters/trail/take-records.ts';
import type { Prefilter } from '../../core/audit/evidence.ts';
import { groupOf } from '../../core/audit/group.ts';
import { inScope } from '../../core/audit/prefilter.ts';
import { type OutOfScope, SHOWN, type UnreadableEvent } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { type Asked, isAsked } from './asked.ts';
import {
  ENTRY_BYTES,
  ENTRY_WORDS,
  FILE_AT,
  IN_SCOPE,
  NOT_ASKED,
  POSITION_AT,
  THREAD_SHIFT,
  WHERE_AT,
  writeCountedContent,
  writeId,
  writeJudgedContent,
} from './event-id.ts';
import { partitionOf } from './partition.ts';
import { Spool, type Spooled } from './spool.ts';
import { Others, Places, type PlaceTally } from './tallies.ts';

export interface IntakeOptions {
  /** Number of the thread, from 0. */
  readonly thread: number;
  /** For what is spooled. */
  readonly folder: string;
  readonly partitions: number;
  readonly prefilter: Prefilter;
  readonly asked: Asked;
  /** Out-of-scope events are judged and listed too. */
  readonly all: boolean;
}

export interface IntakeFile {
  /** As the result names it. @see InputFile */
  readonly name: string;
  readonly path: string;
  /** Place among all files by name. */
  readonly index: number;
  readonly hashContent: boolean;
}

export interface TakenFile extends FileRead {
  readonly records: number;
  /** The first of them: enough, whichever files come first. */
  readonly unreadable: readonly UnreadableEvent[];
}

/** What a thread has taken in. */
export interface Taken {
  readonly records: number;
  readonly unreadable: number;
  readonly notAsked: number;
  readonly places: readonly PlaceTally[];
  readonly others: readonly OutOfScope[];
  readonly ids: Spooled;
  readonly events: Spooled;
}

/** What the file system would not give; a defect of ours is none of that. */
function unavailable(error: unknown): FileRead {
  if (!(error instanceof Error && 'syscall' in error)) throw error;
  return { sha256: '', bytes: 0, contentSha256: null, damage: 'unavailable' };
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #ids: Spool;
  readonly #events: Spool;
  readonly #places = new Places();
  readonly #others = new Others();
  readonly #entry = new Uint32Array(ENTRY_WORDS);
  readonly #entryBytes = new Uint8Array(this.#entry.buffer, 0, ENTRY_BYTES);
  #records = 0;
  #unreadable = 0;
  #notAsked = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#ids = new Spool(join(options.folder, `ids-${options.thread}`), options.partitions);
    this.#events = new Spool(join(options.folder, `events-${options.thread}`), options.partitions);
  }

  async take({ name, path, index, hashContent }: IntakeFile): Promise<TakenFile> {
    let position = 0;
    const unreadable: UnreadableEvent[] = [];
    const onRecord = (found: Found) => {
      const event = 'damage' in found ? { ...found, field: null } : readEvent(found.value, name, position);
      if ('event' in event) this.#take(event.event, index);
      else {
        this.#unreadable++;
        if (unreadable.length < SHOWN.unreadable) unreadable.push({ file: name, position, ...event });
      }
      position++;
    };
    const read = await readRecords(path, { hashContent }, onRecord).catch(unavailable);
    this.#records += position;
    return { ...read, records: position, unreadable };
  }

  /** Puts events aside that were only counted at first. @returns the partition of each. */
  async takeAgain(
    { name, path }: IntakeFile,
    positions: ReadonlySet<number>,
  ): Promise<readonly { readonly position: number; readonly partition: number }[]> {
    const again: { position: number; partition: number }[] = [];
    let position = 0;
    await readRecords(path, { hashContent: false }, (found) => {
      if ('value' in found && positions.has(position)) {
        const event = readEvent(found.value, name, position);
        if ('event' in event) again.push({ position, partition: this.#putAside(event.event) });
      }
      position++;
    });
    return again;
  }

  /** Everything up to here; the spools may grow, and are given again by the next call. */
  taken(): Taken {
    return {
      records: this.#records,
      unreadable: this.#unreadable,
      notAsked: this.#notAsked,
      places: this.#places.all(),
      others: this.#others.all(),
      ids: this.#ids.flush(),
      events: this.#events.flush(),
    };
  }

  #take(event: TrailEvent, file: number): void {
    const { prefilter, asked, all, partitions, thread } = this.#options;
    const counted = isAsked(event, asked);
    if (counted) this.#places.add(event);
    else this.#notAsked++;
    const scope = inScope(event, prefilter);
    const entry = this.#entry;
    writeId(event.eventId, entry);
    if (scope === 'in' || all) entry[WHERE_AT] = IN_SCOPE | this.#putAside(event, entry);
    else {
      entry[WHERE_AT] = (thread << THREAD_SHIFT) | this.#others.add(event, scope, counted);
      writeCountedContent(event, entry);
    }
    if (!counted) entry[WHERE_AT] |= NOT_ASKED;
    entry[FILE_AT] = file;
    entry[POSITION_AT] = event.position;
    this.#ids.add((entry[0] ?? 0) % partitions, this.#entryBytes);
  }

  #putAside(event: TrailEvent, entry?: Uint32Array): number {
    const { prefilter, partitions } = this.#options;
    const line = JSON.stringify(event);
    if (entry !== undefined) writeJudgedContent(line, entry);
    const partition = partitionOf(groupOf(event, prefilter), event.eventId, partitions);
    this.#events.addLine(partition, line);
    return partition;
  }
}
