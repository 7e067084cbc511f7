/** Where configuration comes from, and how a mistake in it is told: file, line, column, sentence. */

export interface ConfigFile {
  /** Relative to the configuration folder, with forward slashes: `permissions/reports-read.yaml`. */
  readonly path: string;
  readonly text: string;
}

export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent where the problem is the whole line's, or the file's. */
  readonly column?: number;
  readonly problem: string;
}

/** A value of the administrator's own, for a sentence: on one line, whatever it holds. */
export const quoted = (value: string): string => JSON.stringify(value);

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of a UTF-16 offset in a text; both numbers from 1. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
