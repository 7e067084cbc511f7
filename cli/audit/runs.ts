/** Judged rows, sorted in runs and merged: the same order whatever the order in which files were read. */
import { closeSync, openSync } from 'node:fs';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import type { Judged } from '../../core/audit/verdict.ts';
import { linesOf, readAt, type Spool, type Spooled } from './spool.ts';

export type Row = Judged<TrailEvent>;

/** By (eventTime, eventId, file, position): total, as no two events have one place. */
export function byTime({ event: one }: Row, { event: other }: Row): number {
  return (
    one.eventTime - other.eventTime ||
    byText(one.eventId, other.eventId) ||
    byText(one.file, other.file) ||
    one.position - other.position
  );
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Writes one run. */
export function putRun(spool: Spool, run: number, rows: readonly Row[]): void {
  for (const row of rows.toSorted(byTime)) spool.addLine(run, JSON.stringify(row));
}

/** All rows of all runs in order; of each run one block is in memory. */
export function* merged(spooled: Spooled): Generator<Row> {
  const file = openSync(spooled.path, 'r');
  try {
    const heap: Source[] = [];
    for (const run of spooled.blocks.keys()) {
      const rows = rowsOf(file, spooled, run);
      const next = rows.next();
      if (next.done !== true) rise(heap, heap.push({ row: next.value, rows }) - 1);
    }
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      yield first.row;
      const next = first.rows.next();
      if (next.done !== true) first.row = next.value;
      else {
        const last = heap.pop();
        if (last !== undefined && last !== first) heap[0] = last;
      }
      sink(heap);
    }
  } finally {
    closeSync(file);
  }
}

interface Source {
  row: Row;
  readonly rows: Generator<Row>;
}

/** A line never lies across two blocks. */
function* rowsOf(file: number, { blocks }: Spooled, run: number): Generator<Row> {
  const own = blocks[run] ?? [];
  for (let block = 0; block < own.length; block += 2) {
    const bytes = readAt(file, own[block] ?? 0, own[block + 1] ?? 0);
    for (const line of linesOf(bytes)) yield JSON.parse(line) as Row;
  }
}

function rise(heap: Source[], from: number): void {
  for (let at = from; at > 0; ) {
    const above = (at - 1) >> 1;
    if (!swapIfLess(heap, at, above)) return;
    at = above;
  }
}

function sink(heap: Source[]): void {
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined) return;
    const least = other !== undefined && byTime(other.row, one.row) < 0 ? right : left;
    if (!swapIfLess(heap, least, at)) return;
    at = least;
  }
}

function swapIfLess(heap: Source[], one: number, other: number): boolean {
  const [first, second] = [heap[one], heap[other]];
  if (first === undefined || second === undefined || byTime(first.row, second.row) >= 0) return false;
  heap[one] = second;
  heap[other] = first;
  return true;
}
