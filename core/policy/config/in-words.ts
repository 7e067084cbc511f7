import type { z } from 'zod';

const KINDS: { readonly [expected: string]: string } = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What is wrong with a value, to stand behind its name: given to the parser, so that it says nothing of its own. */
export function inWords(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of: '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.minimum === 1 && issue.origin in SIZES
        ? 'must not be empty'
        : `must be at least ${issue.minimum}${SIZES[issue.origin] ?? ''}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${SIZES[issue.origin] ?? ''}`;
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join('; ');
    default:
      return 'is not what is needed here';
  }
}

const SIZES: { readonly [origin: string]: string } = {
  string: ' characters long',
  array: ' entries long',
};

/** The same for one schema, where its own words say more. @param says - What stands behind `must be`. */
export const must = (says: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? 'is missing' : `must be ${says}`,
});
