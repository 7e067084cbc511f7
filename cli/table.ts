import { printable } from './failure.ts';
import type { Output } from './io.ts';

interface Column<T> {
  readonly title: string;
  /** May hold anything: it is made safe for a terminal here. */
  readonly of: (row: T) => string;
  /** Never cut: it is there to be copied. */
  readonly whole?: true;
}

const GAP = '  ';
const FEWEST = 6;
const COLUMNS = 80;

/** Rows below titles; on a terminal the longest columns are cut until a row fits its line. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[], to: Output): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ of }) => printable(of(row)))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => lengthOf(line[at] ?? ''))));
  if (to.isTerminal) shrink(widths, columns, to.columns ?? COLUMNS);
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, at) => filled(cell, widths[at] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join('');
}

function shrink(widths: number[], columns: readonly Column<never>[], most: number): void {
  const total = () => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > most) {
    const widest = widths.reduce(
      (found, width, at) =>
        columns[at]?.whole || width <= FEWEST || (found >= 0 && width <= (widths[found] ?? 0)) ? found : at,
      -1,
    );
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

/** A sentence, and below it what belongs to it, each with its label. Words are printed as they are. */
export function labelled(
  sentence: string,
  rest: readonly (readonly [label: string, words: string])[],
): string {
  const width = Math.max(...rest.map(([label]) => label.length));
  return `${[sentence, ...rest.map(([label, words]) => `  ${label.padEnd(width)}  ${words}`)].join('\n')}\n`;
}

const lengthOf = (text: string): number => Array.from(text).length;

function filled(text: string, width: number): string {
  const length = lengthOf(text);
  if (length <= width) return text + ' '.repeat(width - length);
  return `${Array.from(text)
    .slice(0, width - 1)
    .join('')}…`;
}
