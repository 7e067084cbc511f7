/**
 * Text from logs, for people. All of it may have been written by an attacker: into a user agent, a purpose, the name of a
 * bucket. What cannot be seen, or changes how the rest is seen, is written out.
 */

/**
 * Controls (a terminal's escapes among them), format characters (direction, zero width), line and paragraph ends, private
 * and lone surrogates, and whatever else a font draws as nothing.
 */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** @returns `\u{202e}` for what cannot be seen; the rest as it is. One line, and well-formed. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`);

/** Longer texts are cut, and the cut is said: a page is read, and the whole stands in `events.jsonl`. */
export interface Cut {
  readonly text: string;
  /** Characters (UTF-16 code units) that the whole has; `null`: it is whole. */
  readonly of: number | null;
}

/** Never between the two halves of one character. */
export function cut(text: string, most: number): Cut {
  if (text.length <= most) return { text, of: null };
  const last = text.charCodeAt(most - 1);
  const whole = last >= 0xd800 && last <= 0xdbff ? most - 1 : most;
  return { text: text.slice(0, whole), of: text.length };
}

/** For a cell or an attribute, where nothing can be marked up. */
export function shortened(text: string, most: number): string {
  const { text: shown, of } = cut(text, most);
  return of === null ? visible(shown) : `${visible(shown)}… [cut: ${of} characters]`;
}
