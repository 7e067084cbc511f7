/** Times and numbers in words, the same on every machine: no locale, no time zone but UTC. */

/** Of a `Date`, in seconds either side of 1970: beyond it there is no calendar. */
const MOST_SECONDS = 8_640_000_000_000;

/** @param time - NumericDate. @returns `2026-11-24T18:00:00Z`; where no calendar reaches, the number. */
export const iso = (time: number): string =>
  Math.abs(time) > MOST_SECONDS ? `${time} s` : new Date(time * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');

export const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));

/** `2026-11-24 18:00:00` */
export const dateTime = (time: number): string => iso(time).replace('T', ' ').replace(/Z$/, '');

/** `18:00:00` */
export const timeOfDay = (time: number): string => dateTime(time).split(' ')[1] ?? dateTime(time);

/** `12,345` */
export const number = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');

/** `1 event`, `2 events` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** @param seconds - Not negative. @returns `2 d 3 h`, `15 min`, `15 min 3 s`: the two greatest units. */
export function span(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  let rest = Math.floor(seconds);
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    return whole === 0 ? '' : `${number(whole)} ${unit}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** Of the time that was left to a call: negative is over. */
export const left = (seconds: number): string =>
  seconds < 0 ? `${span(-seconds)} over` : `${span(seconds)} left`;
