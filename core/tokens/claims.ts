import { type JsonObject, member } from '../encoding/i-json.ts';
import { MAX_CLAIM_CHARS } from '../limits.ts';
import { textProblem } from '../parse/text.ts';

/** One identity as others name it: always issuer and subject (RFC 7519 §4.1.2). */
export interface IssuerSubject {
  readonly iss: string;
  readonly sub: string;
}

/**
 * Reads claims by name and remembers the first one of a wrong type, so that a verifier can read all it wants and
 * refuse once. Absent is `null` (or empty); present and wrong is never taken for absent.
 */
export interface ClaimReader {
  /** The first claim that was not as it must be, or `null`. What was read is to be used only if this is `null`. */
  bad(): string | null;
  /** A printable line of at most MAX_CLAIM_CHARS characters. */
  text(name: string | undefined): string | null;
  /** The same; absent is wrong too. */
  requiredText(name: string): string;
  /** A list of such lines, each once; one line alone counts as a list of one. */
  texts(name: string | undefined): readonly string[];
  /** NumericDate (RFC 7519 §2), whole seconds. */
  date(name: string): number | null;
  flag(name: string | undefined): boolean | null;
  /** `{iss, sub}`. */
  identity(name: string | undefined): IssuerSubject | null;
}

/** @param claims - Of a token that was verified, or of an object in one: what is read is only checked for its shape. */
export function readClaims(claims: JsonObject): ClaimReader {
  let bad: string | null = null;
  const mark = (name: string): null => {
    bad ??= name;
    return null;
  };
  const isLine = (value: unknown): value is string => textProblem(value, MAX_CLAIM_CHARS) === null;

  /** Absent, `null` and unconfigured are one; everything else must pass. */
  const read = <T>(name: string | undefined, is: (value: unknown) => value is T): T | null => {
    const value = name === undefined ? undefined : member(claims, name);
    if (name === undefined || value === undefined || value === null) return null;
    return is(value) ? value : mark(name);
  };
  const isLineOrLines = (value: unknown): value is string | readonly string[] =>
    isLine(value) || (Array.isArray(value) && value.every(isLine));

  return {
    bad: () => bad,
    text: (name) => read(name, isLine),
    requiredText: (name) => read(name, isLine) ?? mark(name) ?? '',
    texts: (name) => {
      const value = read(name, isLineOrLines) ?? [];
      return typeof value === 'string' ? [value] : [...new Set(value)];
    },
    date: (name) => read(name, isNumericDate),
    flag: (name) => read(name, (value) => typeof value === 'boolean'),
    identity: (name) =>
      read(name, (value): value is IssuerSubject => {
        if (typeof value !== 'object' || value === null) return false;
        return 'iss' in value && isLine(value.iss) && 'sub' in value && isLine(value.sub);
      }),
  };
}

/** RFC 7519 §2, without fractions: whole seconds, none before 1970. */
export const isNumericDate = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
