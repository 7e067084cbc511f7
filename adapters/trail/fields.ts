/**
 * Values that came from a file, of the types that AWS documents, or a flaw that names the field. Functions of values and
 * not a reader of names: of half a million events each name is looked up many times, and a name that stands in the code
 * is found ten times as fast as one that is handed over.
 */

/** A name, an id, an ARN, an address, characters: more than any of AWS's. What is longer is none, and is not cut. */
const MAX_WORD_CHARS = 2048;
/** CloudTrail cuts user agents and error messages at 1 KB. */
const MAX_TEXT_CHARS = 1024;

/** Name of the first field of a record that was not as it must be. */
export interface Flaws {
  first: string | null;
}
/** An object of a file: any name, any value. */
export interface Raw {
  readonly [name: string]: unknown;
}

const NOTHING: Raw = {};
const NO_LIST: readonly unknown[] = [];

export function wrong(flaws: Flaws, name: string): null {
  flaws.first ??= name;
  return null;
}

/** Absent and `null` are the same: CloudTrail writes both. */
export function word(flaws: Flaws, value: unknown, name: string): string | null {
  if (typeof value === 'string' && value.length <= MAX_WORD_CHARS) return value;
  return value === undefined || value === null ? null : wrong(flaws, name);
}

/** What the audit cannot do without. */
export function needed(flaws: Flaws, value: unknown, name: string): string {
  const found = word(flaws, value, name);
  if (found === null || found === '') wrong(flaws, name);
  return found ?? '';
}

export function text(flaws: Flaws, value: unknown, name: string): string | null {
  if (typeof value === 'string')
    return value.length <= MAX_TEXT_CHARS ? value : value.slice(0, MAX_TEXT_CHARS);
  return value === undefined || value === null ? null : wrong(flaws, name);
}

export function flag(flaws: Flaws, value: unknown, name: string): boolean | null {
  if (typeof value === 'boolean') return value;
  return value === undefined || value === null ? null : wrong(flaws, name);
}

/** NumericDate. */
export function time(
  flaws: Flaws,
  value: unknown,
  name: string,
  parse: (text: string) => number | null,
): number | null {
  const found = word(flaws, value, name);
  return found === null ? null : (parse(found) ?? wrong(flaws, name));
}

/** An object, or as good as an empty one where there is none. */
export function child(flaws: Flaws, value: unknown, name: string): Raw {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw;
  if (value !== undefined && value !== null) wrong(flaws, name);
  return NOTHING;
}

export function list(flaws: Flaws, value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value !== undefined && value !== null) wrong(flaws, name);
  return NO_LIST;
}
