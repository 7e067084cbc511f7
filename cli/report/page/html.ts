/**
 * One way to make markup: a template that escapes whatever is put into it. Only what such a template made itself goes in as
 * it is, and nothing outside of this file can make a `Html` of a text.
 */
import { cut, UNSEEN, visible } from '../text.ts';

const MADE_HERE = Symbol('html');

export interface Html {
  readonly [MADE_HERE]: string;
}

export type Value = Html | string | number | null | undefined | false | readonly Value[];

/** Fit for text and for quoted attributes alike. Nothing else may have a value in it: no tag, no unquoted attribute. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  made(strings.map((string, at) => string + textOf(values[at])).join(''));

/** The document's text, at the very end. */
export const markup = (value: Html): string => value[MADE_HERE];

const made = (text: string): Html => ({ [MADE_HERE]: text });

function textOf(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(visible(value));
  return MADE_HERE in value ? value[MADE_HERE] : value.map(textOf).join('');
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => ENTITIES[each] ?? '');

/**
 * Text from a log, on the page: apart from what stands around it, whichever way it runs (`bdi`), and what cannot be seen
 * set off from the same characters written out.
 *
 * @param most - Characters; a longer one is cut, and says so.
 */
export function shown(text: string, most = 120): Html {
  const { text: kept, of } = cut(text, most);
  const parts = kept.split(BETWEEN).map((part, at) => (at % 2 === 0 ? part : html`<b class="u">${part}</b>`));
  const more = of === null ? null : html` <em class="cut">cut, ${of} characters in all</em>`;
  return html`<bdi>${parts}</bdi>${more}`;
}

/** A text, what cannot be seen, a text, … */
const BETWEEN = new RegExp(`(${UNSEEN.source})`, 'u');

/** The same in the face of an id. */
export const code = (text: string, most = 120): Html => html`<code>${shown(text, most)}</code>`;

/** @param between - Ours. */
export const joined = (values: readonly Value[], between: Value): readonly Value[] =>
  values.flatMap((value, at) => (at === 0 ? [value] : [between, value]));

/** Style and script, which are constants of ours: their hashes stand in the page's policy. */
export const constant = (strings: TemplateStringsArray, text: string): Html =>
  made(`${strings[0]}${text}${strings[1]}`);
