/**
 * One difference between two bundles.
 *
 * `widens`: something is possible that was not. `narrows`: the other way, and nothing new is possible. `neither`: shown
 * and of no consequence. `undecided`: nobody has proven that it does not widen, so whoever reviews it must look.
 */
export type Effect = 'widens' | 'narrows' | 'neither' | 'undecided';

export interface Change {
  readonly kind: 'issuer' | 'agent' | 'permission' | 'account' | 'policy' | 'access';
  /** Its name in the configuration; for access, who. */
  readonly name: string;
  readonly sign: '+' | '-' | '~';
  readonly effect: Effect;
  /** In words, on one line. */
  readonly what: string;
}

/** What changed in one thing: without kind and name, which its folder gives. */
export type Part = Pick<Change, 'sign' | 'effect' | 'what'>;

export const part = (sign: Part['sign'], effect: Effect, what: string): Part => ({ sign, effect, what });

/** Things of one kind by name: those that came, those that went, and what changed in those that stayed. */
export function compareNamed<T>(
  kind: Change['kind'],
  [before, after]: readonly [readonly T[], readonly T[]],
  nameOf: (one: T) => string,
  parts: {
    readonly added: (one: T) => Part;
    readonly removed: (one: T) => Part;
    readonly changed: (before: T, after: T) => readonly Part[];
  },
): Change[] {
  const old = new Map(before.map((one) => [nameOf(one), one]));
  const now = new Map(after.map((one) => [nameOf(one), one]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    const found =
      was === undefined
        ? is === undefined
          ? []
          : [parts.added(is)]
        : is === undefined
          ? [parts.removed(was)]
          : parts.changed(was, is);
    return found.map((each) => ({ kind, name, ...each }));
  });
}

/** A list that gives something with each entry. */
export const listParts = (what: string, before: readonly string[], after: readonly string[]): Part[] => [
  ...after.filter((each) => !before.includes(each)).map((each) => part('+', 'widens', `${what} ${each}`)),
  ...before.filter((each) => !after.includes(each)).map((each) => part('-', 'narrows', `${what} ${each}`)),
];

/** A value where more is more. */
export const numberParts = (
  what: string,
  before: number,
  after: number,
  told: (value: number) => string = String,
): Part[] =>
  before === after
    ? []
    : [part('~', after > before ? 'widens' : 'narrows', `${what} ${told(before)} → ${told(after)}`)];

/** Any other value. */
export const valueParts = (what: string, before: string, after: string, effect: Effect): Part[] =>
  before === after ? [] : [part('~', effect, `${what} ${before} → ${after}`)];
