/** Times as CloudTrail writes them: those of events, and those inside of STS's answers. */

const DAY = /^(\d{4})-(\d\d)-(\d\d)T$/;
const DAY_CHARS = 11;
const FRACTION = /^(?:\.\d{1,9})?Z$/;

/** A file's events are of one day or two: the last one is remembered. Only a whole one: what is none would begin many. */
let lastDay = '1970-01-01T';
let lastMidnight = 0;

/** `2026-05-28T20:05:00Z`, with or without a fraction. @returns NumericDate, whole seconds; `null`: it is no such time. */
export function eventTime(text: string): number | null {
  if (!text.startsWith(lastDay)) {
    const day = text.slice(0, DAY_CHARS);
    const [, year, month, date] = DAY.exec(day) ?? [];
    const midnight = seconds(Number(year), Number(month) - 1, Number(date), 0, 0, 0);
    if (midnight === null) return null;
    [lastDay, lastMidnight] = [day, midnight];
  }
  const [hour, minute, second] = [two(text, 11), two(text, 14), two(text, 17)];
  const wellFormed =
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    (text.length === 20 ? text.endsWith('Z') : FRACTION.test(text.slice(19)));
  if (!wellFormed || !(hour < 24 && minute < 60 && second < 60)) return null;
  return lastMidnight + hour * 3600 + minute * 60 + second;
}

const ZERO = 0x30;
const COLON = 0x3a;

/** Two digits as a number; NaN where they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const US = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[ \u00a0\u202f](AM|PM)$/;

/**
 * `Jul 10, 2023, 1:05:33 PM`, or without the second comma: Java's words for a time, in UTC, though they do not say so.
 *
 * @returns NumericDate; `null`: it is no such time.
 */
export function spelledTime(text: string): number | null {
  const [, month = '', day, year, hour, minute, second, half] = US.exec(text) ?? [];
  const twelve = Number(hour);
  if (!(twelve >= 1 && twelve <= 12)) return null;
  const of24 = (twelve % 12) + (half === 'PM' ? 12 : 0);
  return seconds(Number(year), MONTHS.indexOf(month), Number(day), of24, Number(minute), Number(second));
}

function seconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (!(month >= 0 && month < 12 && hour < 24 && minute < 60 && second < 60)) return null;
  const millis = Date.UTC(year, month, day, hour, minute, second);
  // The 31st of February becomes a day in March.
  return new Date(millis).getUTCDate() === day ? millis / 1000 : null;
}
