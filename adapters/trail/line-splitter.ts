import { MAX_RECORD_BYTES, type Piece, type Splitter } from './pieces.ts';

const NEWLINE = 0x0a;

/** One document a line: a line that is damaged costs no other. */
export function lineSplitter(): Splitter {
  let parts: Uint8Array[] = [];
  let held = 0;

  function take(last: Uint8Array): readonly Piece[] {
    const bytes = held + last.length;
    const line = Buffer.concat([...parts, last], bytes > MAX_RECORD_BYTES ? 0 : bytes);
    parts = [];
    held = 0;
    if (bytes > MAX_RECORD_BYTES) return [{ damage: 'too_large' }];
    return line.toString('latin1').trim() === '' ? [] : [{ bytes: line, document: true }];
  }

  return {
    push(chunk) {
      const pieces: Piece[] = [];
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        pieces.push(...take(chunk.subarray(from, to)));
        from = to + 1;
      }
      const rest = Buffer.from(chunk.subarray(from));
      held += rest.length;
      if (held > MAX_RECORD_BYTES) parts = [];
      else parts.push(rest);
      return pieces;
    },
    end: () => ({ pieces: take(new Uint8Array(0)), damage: null }),
  };
}
