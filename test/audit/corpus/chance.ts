/** Chance that can be repeated: the same seed, the same corpus. */
export interface Chance {
  /** A whole number from `from` to `to`, both inclusive. */
  readonly number: (from: number, to: number) => number;
  readonly one: <T>(of: readonly T[]) => T;
  /** Letters of an alphabet. */
  readonly text: (alphabet: string, length: number) => string;
  /** `xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx` */
  readonly uuid: () => string;
  readonly shuffled: <T>(of: readonly T[]) => T[];
}

/** Mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const one = <T>(of: readonly T[]): T => {
    const chosen = of[number(0, of.length - 1)];
    if (chosen === undefined) throw new TypeError('nothing to choose from');
    return chosen;
  };
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet.charAt(number(0, alphabet.length - 1))).join('');
  const hex = (length: number) => text('0123456789abcdef', length);
  return {
    number,
    one,
    text,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    shuffled(of) {
      const rest = [...of];
      return Array.from(of, () => rest.splice(number(0, rest.length - 1), 1)).flat();
    },
  };
}

export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
