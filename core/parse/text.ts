/**
 * What no line of text from a caller may hold: control characters and line separators (a forged log line), and the
 * marks that reorder what a reader sees (an approver reads one thing, the record says another: "Trojan Source").
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** What is wrong with a line of text of at most `max` characters, to stand behind its name; or `null`. */
export function textProblem(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return 'is not a string';
  if (value.trim() === '') return 'is empty';
  if (value.length > max) return `is longer than ${max} characters`;
  if (!value.isWellFormed() || UNPRINTABLE.test(value)) return 'has characters that cannot be printed';
  return null;
}
