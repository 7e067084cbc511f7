/** Unpacked bytes to records: in whatever form they lie, in bounded memory. */
import type { EventDamage, FileDamage } from '../../core/audit/result.ts';
import { documentSplitter } from './document-splitter.ts';
import { lineSplitter } from './line-splitter.ts';
import { MAX_RECORD_BYTES, type Piece, type Splitter } from './pieces.ts';

/** What stands at one place of the file. */
export type Found = { readonly value: unknown } | { readonly damage: EventDamage };

const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;

/** No event is nested like this, and each bracket would become an object of many bytes. */
const DEEPEST = 64;
const DEEP = '['.repeat(DEEPEST);

/** @returns `undefined`: it is no JSON. */
export function parse(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (text.includes(DEEP) && isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether lists stand in lists so deep: brackets in a text are no nesting, and anybody can put them there. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '[') depth++;
    else if (character === ']') depth--;
    if (depth >= DEEPEST) return true;
  }
  return false;
}

/** Records of a parsed document: `{"Records":[…]}`, a list, or one by itself. */
export function recordsOf(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null || !('Records' in document)) return [document];
  return Array.isArray(document.Records) ? document.Records : [document];
}

/** Takes a file as it comes. The first line decides the form, so it is waited for, up to what one record may hold. */
export class RecordTaker {
  readonly #onRecord: (found: Found) => void;
  #splitter: Splitter | null = null;
  #head: Uint8Array[] = [];
  #headBytes = 0;

  constructor(onRecord: (found: Found) => void) {
    this.#onRecord = onRecord;
  }

  push(chunk: Uint8Array): void {
    if (this.#splitter !== null) {
      this.#take(this.#splitter.push(chunk));
      return;
    }
    this.#head.push(chunk);
    this.#headBytes += chunk.length;
    if (chunk.includes(NEWLINE) || this.#headBytes > MAX_RECORD_BYTES) this.#begin();
  }

  /** @param cut - The bytes broke off here: what was open is no record. @returns what is wrong with the form. */
  end(cut = false): FileDamage | null {
    const { pieces, damage } = this.#begin().end();
    if (!cut) this.#take(pieces);
    return damage;
  }

  #begin(): Splitter {
    if (this.#splitter !== null) return this.#splitter;
    const start = Buffer.concat(this.#head);
    this.#head = [];
    const splitter = splitterFor(start);
    this.#splitter = splitter;
    this.#take(splitter.push(start));
    return splitter;
  }

  #take(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if ('damage' in piece) {
        this.#onRecord(piece);
        continue;
      }
      const value = parse(piece.bytes);
      if (value === undefined) this.#onRecord({ damage: 'not_json' });
      else for (const each of piece.document ? recordsOf(value) : [value]) this.#onRecord({ value: each });
    }
  }
}

/** By the first line: a document of its own, or the beginning of one. */
function splitterFor(start: Uint8Array): Splitter {
  const end = start.indexOf(NEWLINE);
  if (end < 0) return documentSplitter();
  const looksLikeOne = start[0] === OPEN_OBJECT && start[end + 1] === OPEN_OBJECT;
  return looksLikeOne || parse(start.subarray(0, end)) !== undefined ? lineSplitter() : documentSplitter();
}
