/** The same `eventID` again: the very same event, which counts once, or another one, which somebody has to explain. */
import { groupedBy } from '../../core/grouped.ts';
import {
  CONTENT_AT,
  ENTRY_WORDS,
  FILE_AT,
  IN_SCOPE,
  NOT_ASKED,
  NUMBER_MASK,
  POSITION_AT,
  THREAD_SHIFT,
  WHERE_AT,
  WHERE_MASK,
} from './event-id.ts';

export interface EventPlace {
  /** Index of the file. */
  readonly file: number;
  readonly position: number;
  readonly inScope: boolean;
  /** Of an event that is judged: its partition. */
  readonly where: number;
  /** Of one that is not: under what it was counted. */
  readonly counted: { readonly thread: number; readonly number: number };
  readonly asked: boolean;
}

export interface Found {
  /** Copies beyond the first, which is the one in the file that comes first by name. */
  readonly copies: readonly EventPlace[];
  /** Different contents under one id: each of them. */
  readonly conflicting: readonly EventPlace[];
}

/** @param bytes - Entries of one partition; all entries of one id are in it. */
export function findDuplicates(bytes: Buffer): Found {
  const entries = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const copies: EventPlace[] = [];
  const conflicting: EventPlace[] = [];
  for (const same of sameIds(entries).values()) {
    same.sort((one, other) => inOrder(entries, one, other));
    const contents = groupedBy(same, (at) => contentOf(entries, at));
    for (const [first = 0, ...more] of contents.values()) {
      if (contents.size > 1) conflicting.push(placeOf(entries, first));
      for (const at of more) copies.push(placeOf(entries, at));
    }
  }
  return { copies, conflicting };
}

/**
 * A judged event is never a copy of a counted one: their contents are hashed in two ways, and the quick one can be made to
 * agree with anything. Whoever wants to hide an event that way gets both of them listed.
 */
const contentOf = (entries: Uint32Array, at: number): string =>
  `${((entries[at + WHERE_AT] ?? 0) & IN_SCOPE) !== 0} ${entries[at + CONTENT_AT]} ${entries[at + CONTENT_AT + 1]}`;

/** Ids that stand more than once: offset of the first entry that was met, to all of theirs. Open addressing. */
function sameIds(entries: Uint32Array): Map<number, number[]> {
  const count = entries.length / ENTRY_WORDS;
  const mask = 2 ** Math.ceil(Math.log2(count * 2 + 2)) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const found = new Map<number, number[]>();
  for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
    let slot = slotOf(entries, at) & mask;
    for (;;) {
      const other = table[slot] ?? -1;
      if (other < 0) {
        table[slot] = at;
        break;
      }
      if (isSameId(entries, at, other)) {
        const all = found.get(other);
        if (all === undefined) found.set(other, [other, at]);
        else all.push(at);
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return found;
}

/** A UUID has bits that never change, at places that depend on its version: so all four words are mixed. */
function slotOf(entries: Uint32Array, at: number): number {
  let mixed = (entries[at + 3] ?? 0) ^ Math.imul(entries[at + 2] ?? 0, 0x9e37_79b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16) ^ (entries[at + 1] ?? 0), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15) ^ (entries[at] ?? 0)) >>> 0;
}

const isSameId = (entries: Uint32Array, one: number, other: number): boolean =>
  entries[one] === entries[other] &&
  entries[one + 1] === entries[other + 1] &&
  entries[one + 2] === entries[other + 2] &&
  entries[one + 3] === entries[other + 3];

const inOrder = (entries: Uint32Array, one: number, other: number): number =>
  (entries[one + FILE_AT] ?? 0) - (entries[other + FILE_AT] ?? 0) ||
  (entries[one + POSITION_AT] ?? 0) - (entries[other + POSITION_AT] ?? 0);

function placeOf(entries: Uint32Array, at: number): EventPlace {
  const where = entries[at + WHERE_AT] ?? 0;
  return {
    file: entries[at + FILE_AT] ?? 0,
    position: entries[at + POSITION_AT] ?? 0,
    inScope: (where & IN_SCOPE) !== 0,
    where: where & WHERE_MASK,
    counted: { thread: (where & WHERE_MASK) >>> THREAD_SHIFT, number: where & NUMBER_MASK },
    asked: (where & NOT_ASKED) === 0,
  };
}
