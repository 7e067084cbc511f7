/** What sections are built of. */
import type { Bounded } from '../../../core/audit/result.ts';
import { number } from '../moment.ts';
import type { Section } from '../report-control.ts';
import { type Html, html, type Value } from './html.ts';

/** @param title - Ours. */
export const section = (id: Section, title: string, ...content: readonly Value[]): Html =>
  html`<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>${content}</section>`;

export interface ColumnOf {
  readonly title: string;
  readonly number?: boolean;
  /** Needs room: its text is a sentence; `very`: it is names of files. */
  readonly wide?: boolean | 'very';
}

/** A cell by itself, or the whole row with what stands in its tag. */
export interface RowOf {
  readonly id?: string;
  /** Verdicts that the filter finds it by. */
  readonly verdicts?: string;
  readonly total?: boolean;
  /** It says that there is none. */
  readonly quiet?: boolean;
  readonly cells: readonly Value[];
}

/** The first cell heads its row. A wide table scrolls in itself, and a keyboard reaches it. */
export const table = (caption: string, columns: readonly ColumnOf[], rows: readonly RowOf[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title, ...column }) => html`<th scope="col"${classOf(column)}>${title}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => tableRow(row, columns))}</tbody></table></div>`;

const tableRow = ({ id, verdicts, total, quiet, cells }: RowOf, columns: readonly ColumnOf[]): Html =>
  html`<tr${id !== undefined && html` id="${id}"`}${verdicts !== undefined && html` data-v="${verdicts}"`}${total === true && html` class="total"`}${quiet === true && html` class="quiet"`}>${cells.map(
    (cell, at) =>
      at === 0
        ? html`<th scope="row"${classOf(columns[at])}>${cell}</th>`
        : html`<td${classOf(columns[at])}>${cell}</td>`,
  )}</tr>`;

function classOf(column: Omit<ColumnOf, 'title'> | undefined): Html | null {
  if (column?.number === true) return html` class="r nw"`;
  if (column?.wide === 'very') return html` class="x"`;
  return column?.wide === true ? html` class="w"` : null;
}

/** Said below a list that stops. @param where - Where the rest is, ours. */
export const andMore = (leftOut: number, what: string, where: string): Html | null =>
  leftOut === 0 ? null : html`<p class="note">And ${number(leftOut)} more ${what}: ${where}.</p>`;

export const sizeOf = <T>({ shown, leftOut }: Bounded<T>): number => shown.length + leftOut;

/** For the page: of a list as much as fits. */
export const first = <T>({ shown, leftOut }: Bounded<T>, most: number): Bounded<T> => ({
  shown: shown.slice(0, most),
  leftOut: leftOut + Math.max(0, shown.length - most),
});
