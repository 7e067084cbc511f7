/** What is to be done with single events when their partition is read back: by the place at which each was found. */
import type { Spool, Spooled } from './spool.ts';
import { readPartition } from './spool.ts';

/** A copy that does not count, or one of two events under one id. */
export type Mark = 'copy' | 'twice';

interface Place {
  /** Index of the file. */
  readonly file: number;
  readonly position: number;
}

const WORDS = 3;
const TWICE = 1;

export function putMark(spool: Spool, partition: number, { file, position }: Place, mark: Mark): void {
  const words = Uint32Array.of(file, position, mark === 'twice' ? TWICE : 0);
  spool.add(partition, new Uint8Array(words.buffer));
}

export interface Marks {
  readonly copies: ReadonlySet<number>;
  readonly twice: ReadonlySet<number>;
}

export function readMarks(spool: Spooled, partition: number): Marks {
  const bytes = readPartition([spool], partition);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const marks = { copies: new Set<number>(), twice: new Set<number>() };
  for (let at = 0; at < words.length; at += WORDS) {
    const place = placeKey(words[at] ?? 0, words[at + 1] ?? 0);
    (words[at + 2] === TWICE ? marks.twice : marks.copies).add(place);
  }
  return marks;
}

/** Exact for two million files. */
export const placeKey = (file: number, position: number): number => file * 2 ** 32 + position;
