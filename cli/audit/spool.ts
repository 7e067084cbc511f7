/**
 * What does not fit in memory: bytes put aside by partition, in one file. A partition is read back as a whole, so that
 * memory depends on a partition's size and never on the trail's.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Where the bytes of each partition lie. Can be handed from thread to thread. */
export interface Spooled {
  readonly path: string;
  /** By partition: offset and length of each block, one after the other. */
  readonly blocks: readonly (readonly number[])[];
}

/** Bytes of one partition that wait to be written. */
const BLOCK_BYTES = 16 * 1024;

export class Spool {
  readonly #path: string;
  readonly #file: number;
  readonly #blocks: number[][];
  readonly #waiting: { buffer: Buffer; used: number }[];
  #end = 0;

  /** @param path - A new file, in a folder that nobody else reads. */
  constructor(path: string, partitions: number) {
    this.#path = path;
    this.#file = openSync(path, 'wx', 0o600);
    this.#blocks = Array.from({ length: partitions }, () => []);
    this.#waiting = Array.from({ length: partitions }, () => ({ buffer: Buffer.alloc(0), used: 0 }));
  }

  add(partition: number, bytes: Uint8Array): void {
    const waiting = this.#room(partition, bytes.length);
    if (waiting === null) this.#write(partition, bytes);
    else {
      waiting.buffer.set(bytes, waiting.used);
      waiting.used += bytes.length;
    }
  }

  addLine(partition: number, line: string): void {
    const most = line.length * 3 + 1;
    const waiting = this.#room(partition, most);
    if (waiting === null) this.#write(partition, Buffer.from(`${line}\n`));
    else {
      waiting.used += waiting.buffer.write(line, waiting.used);
      waiting.used = waiting.buffer.writeUInt8(0x0a, waiting.used);
    }
  }

  /** Everything is in the file; more may follow. */
  flush(): Spooled {
    for (const partition of this.#waiting.keys()) this.#flush(partition);
    return { path: this.#path, blocks: this.#blocks };
  }

  close(): void {
    closeSync(this.#file);
  }

  #room(partition: number, bytes: number): { buffer: Buffer; used: number } | null {
    const waiting = this.#waiting[partition];
    if (waiting === undefined) throw new RangeError('no such partition');
    if (waiting.buffer.length === 0) waiting.buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    if (waiting.used + bytes > waiting.buffer.length) this.#flush(partition);
    return bytes > waiting.buffer.length ? null : waiting;
  }

  #flush(partition: number): void {
    const waiting = this.#waiting[partition];
    if (waiting === undefined || waiting.used === 0) return;
    this.#write(partition, waiting.buffer.subarray(0, waiting.used));
    waiting.used = 0;
  }

  #write(partition: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    this.#blocks[partition]?.push(this.#end, bytes.length);
    this.#end += bytes.length;
  }
}

/** All bytes of one partition, in the order of the spools and, within each, of writing. */
export function readPartition(spools: readonly Spooled[], partition: number): Buffer {
  const parts = spools.map(({ path, blocks }) => {
    const own = blocks[partition] ?? [];
    if (own.length === 0) return [];
    const file = openSync(path, 'r');
    try {
      return own.flatMap((from, at) => (at % 2 === 0 ? [readAt(file, from, own[at + 1] ?? 0)] : []));
    } finally {
      closeSync(file);
    }
  });
  return Buffer.concat(parts.flat());
}

/** @throws Error where the file is shorter. */
export function readAt(file: number, from: number, bytes: number): Buffer {
  const into = Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes; ) {
    const read = readSync(file, into, done, bytes - done, from + done);
    if (read === 0) throw new Error('a spool is shorter than it was written');
    done += read;
  }
  return into;
}

/** @param bytes - What `addLine` wrote. */
export function linesOf(bytes: Buffer): readonly string[] {
  return bytes.length === 0 ? [] : bytes.toString('utf8', 0, bytes.length - 1).split('\n');
}
