import type { Remedy } from '../core/refusals.ts';
import type { Io } from './io.ts';

/** 1 usage, 2 refused, 3 nothing done, 4 fault of the broker. */
type ExitCode = 1 | 2 | 3 | 4;

export interface FailureFields {
  readonly exit: ExitCode;
  /** RFC 6749 §5.2 code where the broker gave one, else ours. */
  readonly error: string;
  /** One sentence: what did not happen. */
  readonly what: string;
  /** One sentence: why. */
  readonly why?: string | undefined;
  /** The exact next command, or what to do. */
  readonly next?: string | undefined;
  readonly reason_code?: string | undefined;
  readonly remedy?: Remedy | undefined;
  readonly writ?: string | undefined;
  /** With it the same request can be made again, and is no second one. */
  readonly request_id?: string | undefined;
}

/** A command that ends without what was asked for. No field may hold a token, or the text of a caught error. */
export class Failure extends Error {
  readonly fields: FailureFields;

  constructor(fields: FailureFields) {
    super(fields.what);
    this.name = 'Failure';
    this.fields = fields;
  }
}

export const usage = (what: string, next?: string): Failure =>
  new Failure({ exit: 1, error: 'usage', what, next });

/** What is not ours is the file system's word, or a defect: its message may quote an input, and is not shown. */
export function fieldsOf(caught: unknown): FailureFields {
  if (caught instanceof Failure) return caught.fields;
  const { code, syscall, path } = caught instanceof Error ? (caught as NodeJS.ErrnoException) : {};
  if (syscall !== undefined && path !== undefined) {
    return {
      exit: 1,
      error: 'file_error',
      what: 'A file could not be read or written.',
      why: `${code} at ${path}`,
      next: 'Check that it is there, and yours to read and write.',
    };
  }
  return {
    exit: 4,
    error: 'internal',
    what: 'writ failed unexpectedly.',
    why: `A defect of writ itself (${caught instanceof Error ? caught.name : typeof caught}).`,
    next: 'Please report it.',
  };
}

/** Writes a failure to standard error: for people, or as one line of JSON. @returns the exit code. */
export function report(caught: unknown, io: Io, json: boolean): ExitCode {
  const { exit, ...fields } = fieldsOf(caught);
  const { what, why, next, error, reason_code, remedy, writ, request_id } = fields;
  if (json) {
    io.stderr.write(`${JSON.stringify({ error, what, why, next, reason_code, remedy, writ, request_id })}\n`);
    return exit;
  }
  const colour = io.stderr.isTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  const lines = [`${colour ? '\u001b[31mwrit:\u001b[0m' : 'writ:'} ${printable(what)}`];
  if (why !== undefined) lines.push(`  why:  ${printable(why)}`);
  if (next !== undefined) lines.push(`  next: ${printable(next)}`);
  if (writ !== undefined) lines.push(`  writ: ${printable(writ)}`);
  if (request_id !== undefined) lines.push(`  request id: ${printable(request_id)}`);
  io.stderr.write(`${lines.join('\n')}\n`);
  return exit;
}

const MAX_SHOWN_CHARS = 400;

/** Text from elsewhere, for a terminal: one line, no control or bidirectional characters, not endless. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, MAX_SHOWN_CHARS);
