import type { Conditions, OneOrMore } from '../session/policy-document.ts';
import { type Context, valuesOf } from './context.ts';
import { parseOperator, type QualifiedOperator } from './operators.ts';
import { allOf, anyOf, not, type Truth } from './truth.ts';

export const list = (value: OneOrMore): readonly string[] => (typeof value === 'string' ? [value] : value);

/**
 * Evaluates a `Condition` block: AND over operators and keys, OR over a key's values (for a negated operator,
 * none may match).
 *
 * @returns null, whatever the rest says, when an operator is unknown or a value is not of its type.
 * @see IAM User Guide, "Conditions with multiple context keys or values"
 */
export function holds(conditions: Conditions, context: Context): Truth {
  const results: Truth[] = [];
  for (const [name, keys] of Object.entries(conditions)) {
    const operator = parseOperator(name);
    if (operator === null) return null;
    for (const [key, wanted] of Object.entries(keys)) {
      results.push(keyHolds(operator, list(wanted), valuesOf(context, key), context));
    }
  }
  // A statement that cannot be read in one place is not trusted in another.
  return results.includes(null) ? null : allOf(results);
}

function keyHolds(
  { set, ifExists, operator }: QualifiedOperator,
  wanted: readonly string[],
  actual: readonly string[],
  context: Context,
): Truth {
  if (operator.kind === 'Null') {
    return anyOf(wanted.map((value) => operator.compare(value, String(actual.length === 0), context)));
  }
  const one = (value: string): Truth => {
    const matches = anyOf(wanted.map((each) => operator.compare(each, value, context)));
    return operator.negated ? not(matches) : matches;
  };
  if (actual.length === 0 && ifExists) return true;
  if (set !== null) {
    // "Also true if the key values resolve to a null data set, such as an empty string"; the other is false.
    if (actual.every((value) => value === '')) return set === 'ForAllValues';
    return set === 'ForAllValues' ? allOf(actual.map(one)) : anyOf(actual.map(one));
  }
  // A missing key matches nothing, so what must not match is satisfied.
  const [value, ...more] = actual;
  if (value === undefined) return operator.negated;
  // Multivalued keys require a set operator; without one AWS does not say what happens.
  return more.length > 0 ? null : one(value);
}
