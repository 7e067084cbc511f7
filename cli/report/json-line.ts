/** JSON that can be shown on a terminal: what would steer one, or turn text around, stays an escape. */

/** `JSON.stringify` leaves these as they are; C0 controls and lone surrogates it escapes by itself. */
const STEERING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The same value for any reader of JSON, on one line without its end. */
export const jsonLine = (value: unknown): string => JSON.stringify(value).replace(STEERING, escaped);

/** The same again, on as many lines as people like. */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(STEERING, escaped)}\n`;

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join('');

const hex = (unit: number): string => unit.toString(16).padStart(4, '0');
