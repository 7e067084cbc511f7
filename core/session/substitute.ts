import { Fault } from '../fault.ts';
import type { Account, Statement } from '../policy/bundle.ts';

/** Gives the text that stands for `${name}`; throws where the name means nothing. */
export type Lookup = (name: string) => string;

/** A parameter of ours. IAM's own variables hold a colon (`${aws:…}`) or one of `*?$`, and stay as they are. */
const PARAMETER = /\$\{([A-Za-z][A-Za-z0-9_-]*)\}/g;

/**
 * Printable ASCII without what IAM reads as pattern or variable. The parameter's type was checked long before;
 * this is the second lock on the same door: a value with `*` would widen the session that it names.
 */
const VALUE = /^[ -#%-)+->@-z|~]+$/;

/** What the account itself gives; no parameter may have these names. */
const OF_THE_ACCOUNT = ['account', 'region'];

/**
 * Looks up `${account}`, `${region}` and the permission's parameters.
 *
 * @throws Fault `misconfigured` where a parameter is called like one of the account's, a name has no value, or a
 *   value could be read as anything but itself.
 */
export function valuesOf(parameters: { readonly [name: string]: string }, account: Account): Lookup {
  if (OF_THE_ACCOUNT.some((name) => Object.hasOwn(parameters, name))) throw new Fault('misconfigured');
  const values = new Map([
    ...Object.entries(parameters),
    ['account', account.id],
    ['region', account.region],
  ]);
  return (name) => {
    const value = values.get(name);
    if (value === undefined || !VALUE.test(value)) throw new Fault('misconfigured');
    return value;
  };
}

/** The statement with every `${name}` of its resources and condition values replaced, string by string. */
export function substitute(statement: Statement, lookup: Lookup): Statement {
  const fill = (texts: readonly string[]) => texts.map((text) => fillIn(text, lookup));
  return {
    ...statement,
    Resource: fill(statement.Resource),
    ...(statement.Condition && {
      Condition: mapValues(statement.Condition, (keys) => mapValues(keys, fill)),
    }),
  };
}

export function fillIn(text: string, lookup: Lookup): string {
  // A replacing function, never a replacing text: `$&` in a value would be read as a pattern.
  return text.replace(PARAMETER, (_, name: string) => lookup(name));
}

/** The names that a text asks for, `account` and `region` among them. */
export const namesIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(PARAMETER), ([, name]) => name ?? '');

function mapValues<V, W>(
  object: { readonly [key: string]: V },
  change: (value: V) => W,
): { [key: string]: W } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
