/**
 * Whether something holds; `null` when the policy or the request cannot be read well enough to tell.
 * A `null` fails closed: a Deny statement counts as matching, an Allow statement as not matching.
 */
export type Truth = boolean | null;

/** True if one is true; else undecided if one is undecided. The order of the values never matters. */
export function anyOf(values: readonly Truth[]): Truth {
  if (values.includes(true)) return true;
  return values.includes(null) ? null : false;
}

/** False if one is false; else undecided if one is undecided. */
export function allOf(values: readonly Truth[]): Truth {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

export const not = (value: Truth): Truth => (value === null ? null : !value);
