/** `eventID`s of a whole trail, as numbers: 36 bytes an event, by which duplicates are found. */
import { hash } from 'node:crypto';
import type { TrailEvent } from '../../core/audit/trail-event.ts';

/** Words (32 bits) of one entry: id 4, content 2, file, position, where. */
export const ENTRY_WORDS = 9;
export const ENTRY_BYTES = ENTRY_WORDS * 4;
export const CONTENT_AT = 4;
export const FILE_AT = 6;
export const POSITION_AT = 7;
export const WHERE_AT = 8;

/** Of `where`: the event is in a partition of events, else it was only counted, under a number. */
export const IN_SCOPE = 0x8000_0000;
/** Nobody asked for its account, Region or time. */
export const NOT_ASKED = 0x4000_0000;
export const WHERE_MASK = 0x3fff_ffff;
/** What an event was counted under: an entry of a thread's, which has far fewer. */
export const THREAD_SHIFT = 17;
export const NUMBER_MASK = 0x1_ffff;

/** A UUID, as AWS writes it, is its own 128 bits; any other id is hashed to as many. */
export function writeId(id: string, into: Uint32Array): void {
  if (id.length === 36 && writeUuid(id, into)) return;
  const digest = hash('sha256', id, 'buffer');
  for (let word = 0; word < 4; word++) into[word] = digest.readUInt32LE(word * 4);
}

/** Places of a UUID's eight groups of four digits. */
const GROUPS = [0, 4, 9, 14, 19, 24, 28, 32] as const;
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? 0xff : digit;
});

function writeUuid(id: string, into: Uint32Array): boolean {
  let bad = 0;
  let high = 0;
  for (let group = 0; group < 8; group++) {
    let value = 0;
    const from = GROUPS[group] ?? 0;
    for (let at = from; at < from + 4; at++) {
      const code = id.charCodeAt(at);
      const digit = code < 128 ? (DIGITS[code] ?? 0xff) : 0xff;
      bad |= digit & 0xf0;
      value = (value << 4) | (digit & 0xf);
    }
    if (group % 2 === 0) high = value;
    else into[group >> 1] = (high << 16) | value;
  }
  return (
    bad === 0 &&
    id.charCodeAt(8) === DASH &&
    id.charCodeAt(13) === DASH &&
    id.charCodeAt(18) === DASH &&
    id.charCodeAt(23) === DASH
  );
}
const DASH = 0x2d;

/** Of an event that is only counted: by what, and what tells two calls apart. Nobody can gain by two that collide. */
export function writeCountedContent(event: TrailEvent, into: Uint32Array): void {
  const { identity } = event;
  let hashed = Math.imul(0x811c_9dc5 ^ event.eventTime, PRIME);
  hashed = mix(hashed, event.eventName);
  hashed = mix(hashed, event.account);
  hashed = mix(hashed, identity.type);
  hashed = mix(hashed, event.errorCode ?? '');
  into[CONTENT_AT] = mix(hashed, identity.principalId ?? identity.userName ?? '');
  hashed = mix(hashed, event.requestId ?? '');
  hashed = mix(hashed, event.eventSource);
  into[CONTENT_AT + 1] = mix(hashed, event.sourceAddress ?? '');
}

const PRIME = 0x0100_0193;

/** FNV-1a, 32 bits, and the length. */
function mix(hashed: number, text: string): number {
  let mixed = Math.imul(hashed ^ text.length, PRIME);
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), PRIME);
  return mixed;
}

/**
 * Of an event that is judged: all that it says, wherever it lay.
 *
 * @param line - Its JSON, which ends in `file` and `position`. No text in it can hold such a name: its quotes are escaped.
 */
export function writeJudgedContent(line: string, into: Uint32Array): void {
  const digest = hash('sha256', line.slice(0, line.lastIndexOf(',"file":')), 'buffer');
  into[CONTENT_AT] = digest.readUInt32LE(0);
  into[CONTENT_AT + 1] = digest.readUInt32LE(4);
}
