import { type Context, variableOf } from './context.ts';

/** One character of a policy string after expansion: a wildcard the author wrote, or a literal. */
export type Token = { readonly wild: '*' | '?' } | { readonly char: string; readonly substituted: boolean };

export type Expansion =
  | { readonly state: 'pattern'; readonly tokens: readonly Token[] }
  /** A variable has no value: "there is no equal or like value". The string matches nothing. */
  | { readonly state: 'unresolved' }
  /** `${` that begins no variable. */
  | { readonly state: 'malformed' };

interface Variable {
  readonly key: string;
  readonly fallback: string | null;
  /** Index after the closing brace. */
  readonly end: number;
}

const SPECIAL = new Set(['*', '?', '$']);

/**
 * Expands `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}`.
 *
 * What is put in is always literal: a tag whose value is `*` must not widen a policy that names it. The
 * default is literal too. A key that is absent, multivalued or empty has no value.
 *
 * @see IAM User Guide, "IAM policy elements: Variables and tags"
 */
export function expand(text: string, context: Context): Expansion {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('${', at)) {
      const variable = readVariable(text, at);
      if (variable === null) return { state: 'malformed' };
      const value = SPECIAL.has(variable.key)
        ? variable.key
        : (variableOf(context, variable.key) ?? variable.fallback);
      if (value === null) return { state: 'unresolved' };
      for (const char of value) tokens.push({ char, substituted: true });
      at = variable.end;
      continue;
    }
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    tokens.push(char === '*' || char === '?' ? { wild: char } : { char, substituted: false });
    at += char.length;
  }
  return { state: 'pattern', tokens };
}

/** Whether every `${` in the text begins a well-formed variable. */
export const hasValidVariables = (text: string): boolean => expand(text, new Map()).state !== 'malformed';

function readVariable(text: string, at: number): Variable | null {
  const start = at + 2;
  const close = text.indexOf('}', start);
  if (close === -1) return null;
  const comma = text.indexOf(", '", start);
  if (comma === -1 || comma > close) {
    const key = text.slice(start, close);
    return SPECIAL.has(key) || isKey(key) ? { key, fallback: null, end: close + 1 } : null;
  }
  const key = text.slice(start, comma);
  const quote = text.indexOf("'}", comma + 3);
  if (quote === -1 || !isKey(key)) return null;
  return { key, fallback: text.slice(comma + 3, quote), end: quote + 2 };
}

/** Condition keys are `prefix:name` or `prefix:name/tag`; tag keys may hold spaces, never `,` `'` `$` or braces. */
const isKey = (key: string): boolean => /^(?:[\w.-]+:[^,'"${}*?]+)$/.test(key);
