/** RFC 4180, with no cell that a spreadsheet would run as a formula. */
import { shortened } from './text.ts';

export type Cell = string | number | boolean | null;

/** Excel holds 32,767 characters in a cell, and drops the rest without a word. */
const MOST_CHARS = 8000;

/**
 * What makes a spreadsheet compute: at the beginning, after blanks that an import may trim, and in the full width that
 * some programs take for the same. (OWASP, CSV Injection.)
 */
const COMPUTES = '[=+\\-@|%\\uff1d\\uff0b\\uff0d\\uff20]';
const AT_THE_BEGINNING = new RegExp(`^[\\s"']*${COMPUTES}`, 'u');
/**
 * Inside of a text: where a program takes semicolons for separators, as Excel does in half of Europe, our commas and
 * quotes do not hold a cell together, and what follows a semicolon of theirs begins another.
 */
const AFTER_A_SEPARATOR = new RegExp(`([;,][\\s"']*)(?=${COMPUTES})`, 'gu');

/** One line with its end. Each text is quoted: nothing in it can begin another cell, and a control cannot stand in it. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

/** Only text can be hostile: a number is ours, and may be negative. */
function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = shortened(value, MOST_CHARS);
  const begins = AT_THE_BEGINNING.test(text) || AT_THE_BEGINNING.test(value) ? "'" : '';
  const safe = `${begins}${text.replace(AFTER_A_SEPARATOR, "$1'")}`;
  return `"${safe.replaceAll('"', '""')}"`;
}
