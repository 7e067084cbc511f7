import type { AwsRequest } from './request.ts';

interface ContextValue {
  readonly values: readonly string[];
  /** Given as a list. Only single-valued keys can be policy variables. */
  readonly multivalued: boolean;
}

/** A request's condition keys, by lower-cased name: IAM compares key names, tag keys too, without case. */
export type Context = ReadonlyMap<string, ContextValue>;

/** Keys that differ in case only become one multivalued key, which no single-valued operator will accept. */
export function toContext(keys: AwsRequest['context']): Context {
  const context = new Map<string, ContextValue>();
  for (const [key, value] of Object.entries(keys)) {
    const name = key.toLowerCase();
    const values = typeof value === 'string' ? [value] : value;
    const before = context.get(name);
    context.set(
      name,
      before === undefined
        ? { values, multivalued: typeof value !== 'string' }
        : { values: [...before.values, ...values], multivalued: true },
    );
  }
  return context;
}

/** The key's values; an absent key and an empty list are both "not present". */
export const valuesOf = (context: Context, key: string): readonly string[] =>
  context.get(key.toLowerCase())?.values ?? [];

/** What a policy variable with this key stands for; null when it has no value (see variables.ts). */
export function variableOf(context: Context, key: string): string | null {
  const found = context.get(key.toLowerCase());
  const value = found === undefined || found.multivalued ? undefined : found.values[0];
  return value === undefined || value === '' ? null : value;
}
