/** Which parts of the benchmark run: all, or those that `--only` names. */
export const PARTS = [
  'exchange',
  'cold',
  'sizes',
  'deferred',
  'growth',
  'fold',
  'refused',
  'reconciler',
  'audit',
] as const;
export type Part = (typeof PARTS)[number];

/** Names for several. */
const GROUPS: { readonly [name: string]: readonly Part[] } = {
  ending: ['fold', 'refused', 'reconciler'],
};

/** @param only - Names of parts or groups; none: all. @throws Error for a name that there is not. */
export function partsOf(only: readonly string[]): ReadonlySet<Part> {
  if (only.length === 0) return new Set(PARTS);
  return new Set(
    only.flatMap((name) => {
      const parts = PARTS.filter((part) => part === name);
      const named = Object.hasOwn(GROUPS, name) ? (GROUPS[name] ?? []) : parts;
      if (named.length === 0) {
        throw new Error(`--only ${name}: there are ${[...PARTS, ...Object.keys(GROUPS)].join(', ')}`);
      }
      return named;
    }),
  );
}
