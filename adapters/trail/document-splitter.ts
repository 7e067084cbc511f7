import { MAX_RECORD_BYTES, type Piece, type Splitter } from './pieces.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** JSON's white space, and the separator of RFC 7464. */
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x1e;

/**
 * - `outside`: between documents
 * - `envelope`: in an object that is an event, unless it turns out to hold `Records`
 * - `list`: between records
 * - `record`: in one of them; `word`: in one that is no object, list or string
 * - `tail`: behind `Records`, where nothing counts any more
 */
type Where = 'outside' | 'envelope' | 'list' | 'record' | 'word' | 'tail';

/**
 * Finds where each record of `{"Records":[…]}`, `[…]` or `{…}{…}` begins and ends, however the chunks are cut: a file is
 * never in memory as a whole. It looks at strings and brackets only; whether a piece is JSON shows when it is parsed. Of
 * a well-formed document the pieces are the records that parsing the whole gives.
 */
export function documentSplitter(): Splitter {
  let where: Where = 'outside';
  let inEnvelope = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** In an envelope: the bytes of a string that may be a name, and whether the last one was `Records`. */
  let name: number[] | null = null;
  let isRecords = false;
  let damaged = false;
  let ended = false;
  const open = new OpenPiece();

  /** @returns where the string ends, behind its quote; or the chunk. */
  function skipString(chunk: Uint8Array, from: number): number {
    let at = from;
    let skip = escaped;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (skip) skip = false;
      else if (byte === BACKSLASH) skip = true;
      else if (byte === QUOTE) {
        inString = false;
        break;
      }
    }
    escaped = skip;
    if (name !== null)
      for (let each = from; each < at && name.length <= LONGEST_NAME; each++) name.push(chunk[each] ?? 0);
    return inString ? at : at + 1;
  }

  /** In a record or what is skipped: nothing but strings and brackets. @returns where to look again. */
  function skipInside(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        inString = true;
        at = skipString(chunk, at + 1) - 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--;
        if (depth <= 0) return at + 1;
      }
    }
    return at;
  }

  /** As far as `Records`, or the end of the object. */
  function inTheEnvelope(byte: number): void {
    if (byte === QUOTE) {
      inString = true;
      name = depth === 1 ? [] : null;
    } else if (byte === OPEN_ARRAY && depth === 1 && isRecords) {
      open.drop();
      where = 'list';
      inEnvelope = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }

  /** Between documents or records. @returns whether something begins here. */
  function between(byte: number): boolean {
    if (isSpace(byte) || byte === COMMA) return false;
    if (where === 'list' && byte === CLOSE_ARRAY) {
      where = inEnvelope ? 'tail' : 'outside';
      depth = inEnvelope ? 1 : 0;
      return false;
    }
    depth = 0;
    if (where === 'list') {
      where = byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === QUOTE ? 'record' : 'word';
      return true;
    }
    isRecords = false;
    if (byte === OPEN_OBJECT) where = 'envelope';
    else if (byte === OPEN_ARRAY) {
      where = 'list';
      inEnvelope = false;
    } else damaged = true;
    return byte === OPEN_OBJECT;
  }

  /** One step. Sets `ended` where what was open ends. @returns where to look next. */
  function step(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (inString) {
      const next = skipString(chunk, at);
      if (!inString) {
        if (name !== null) isRecords = isRecordsName(name);
        name = null;
        ended = where === 'record' && depth === 0;
      }
      return next;
    }
    switch (where) {
      case 'envelope':
        inTheEnvelope(byte);
        ended = depth === 0;
        return at + 1;
      case 'word':
        ended = byte === COMMA || byte === CLOSE_ARRAY || isSpace(byte);
        return ended ? at : at + 1;
      default: {
        // A record that is a string has no depth; any other one is left by its last bracket.
        if (where === 'record' && depth === 0 && byte === QUOTE) {
          inString = true;
          return at + 1;
        }
        const next = skipInside(chunk, at);
        ended = depth === 0 && !inString;
        return next;
      }
    }
  }

  function push(chunk: Uint8Array): readonly Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      if (!inString && (where === 'outside' || where === 'list')) {
        if (between(chunk[at] ?? 0)) from = at;
        else {
          at++;
          continue;
        }
      }
      at = step(chunk, at);
      if (!ended) continue;
      ended = false;
      if (where !== 'tail') pieces.push(open.close(chunk.subarray(from, at), where === 'envelope'));
      where = where === 'record' || where === 'word' ? 'list' : 'outside';
    }
    if (isOpen(where)) open.hold(chunk.subarray(from));
    return pieces;
  }

  return {
    push,
    end: () => ({ pieces: [], damage: where !== 'outside' ? 'truncated' : damaged ? 'json' : null }),
  };
}

const isOpen = (where: Where): boolean => where === 'envelope' || where === 'record' || where === 'word';

/** The part of a record that earlier chunks held. Beyond the limit bytes are counted and not kept. */
class OpenPiece {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  hold(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > MAX_RECORD_BYTES) this.#parts = [];
    else this.#parts.push(Buffer.from(part));
  }

  close(last: Uint8Array, document: boolean): Piece {
    const bytes = this.#bytes + last.length;
    const parts = this.#parts;
    this.drop();
    if (bytes > MAX_RECORD_BYTES) return { damage: 'too_large' };
    return { bytes: parts.length === 0 ? last : Buffer.concat([...parts, last]), document };
  }

  drop(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}

/** `Records`, each letter escaped, and one more byte. */
const LONGEST_NAME = 43;

function isRecordsName(bytes: readonly number[]): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('\\')) return text === 'Records';
  try {
    return JSON.parse(`"${text}"`) === 'Records';
  } catch {
    return false;
  }
}
