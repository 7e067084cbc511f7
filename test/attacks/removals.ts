/** `removals.json`: for each rule, the patch that takes it out, and the test that must then fail. */
import * as z from 'zod';

const removal = z.strictObject({
  /**
   * Begins with the rule as architecture, section 3 numbers it: `3.1 record first`, `3.4a subject to device`; or with 8,
   * where evidence and audit have theirs.
   */
  rule: z.string().regex(/^(?:3\.\d+[a-d]?|8) \S/),
  /** What an attacker could do without it. */
  why: z.string().min(1),
  /** Exact text, which must stand in the file once. A patch of a test would prove nothing. */
  patch: z.strictObject({
    file: z.string().regex(/^(?!test\/|\/|.*\.\.)/),
    find: z.string().min(1),
    replace: z.string(),
  }),
  /** The test's title, or `describe > title` where that is not unique in the file. */
  test: z.strictObject({ file: z.string().regex(/^test\/.*\.test\.ts$/), name: z.string().min(1) }),
});

export type Removal = z.infer<typeof removal>;

/** @throws ZodError: the table is wrong; no row is quietly skipped. */
export const parseRemovals = (json: string): readonly Removal[] => z.array(removal).parse(JSON.parse(json));

/** The ten rules of section 3, and the letters of rule 4, *bind*. */
const EVERY_RULE = [
  ...['3.1', '3.2', '3.3', '3.4a', '3.4b', '3.4c', '3.4d'],
  ...['3.5', '3.6', '3.7', '3.8', '3.9', '3.10'],
];

export const numberOf = (row: Pick<Removal, 'rule'>): string => row.rule.split(' ')[0] ?? '';

/** Rules that no row takes out: whether a test guards them is then unknown. */
export function missingRules(rows: readonly Pick<Removal, 'rule'>[]): readonly string[] {
  const present = new Set(rows.map(numberOf));
  return EVERY_RULE.filter((rule) => !present.has(rule));
}

/** @returns the patched text; `null` where `find` does not stand there exactly once, or nothing would change. */
export function applyPatch(text: string, { find, replace }: Removal['patch']): string | null {
  const parts = text.split(find);
  return parts.length === 2 && find !== replace ? parts.join(replace) : null;
}
