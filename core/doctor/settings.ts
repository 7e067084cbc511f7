/** What the deployed functions say of themselves: where everything else of the broker is found. */
import { DUTIES, type Duty } from '../duties.ts';
import { type Fact, type Facts, type FunctionFacts, known, unknown } from './facts.ts';

/** A function is called `<anything>-<duty>`, as the stack names it. */
export const dutyOf = ({ name }: Pick<FunctionFacts, 'name'>): Duty | null =>
  DUTIES.find((duty) => name === duty || name.endsWith(`-${duty}`)) ?? null;

/** The function of a duty. */
export function functionOf(
  { broker: { functions } }: Pick<Facts, 'broker'>,
  duty: Duty,
): Fact<FunctionFacts> {
  if (!functions.known) return functions;
  const found = functions.value.find((one) => dutyOf(one) === duty);
  return found === undefined ? unknown(`There is no function for ${duty}.`) : known(found);
}

/** Every value that a setting has, with the functions that have it. */
export function valuesOf(
  functions: readonly FunctionFacts[],
  setting: string,
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const { name, settings } of functions) {
    const value = settings[setting];
    if (value !== undefined) values.set(value, [...(values.get(value) ?? []), name]);
  }
  return values;
}

/** A setting that all functions agree on. */
export function settingOf(functions: Fact<readonly FunctionFacts[]>, setting: string): Fact<string> {
  if (!functions.known) return functions;
  const [value, ...others] = [...valuesOf(functions.value, setting).keys()];
  if (value === undefined) return unknown(`No function has the setting ${setting}.`);
  return others.length === 0 ? known(value) : unknown(`The functions do not agree on ${setting}.`);
}

export const publicUrlOf = ({ broker }: Pick<Facts, 'broker'>): Fact<string> =>
  settingOf(broker.functions, 'WRIT_PUBLIC_URL');
