import { MAX_JSON_DEPTH } from '../limits.ts';

export type JsonObject = { readonly [name: string]: unknown };

export type IJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * I-JSON (RFC 7493): JSON that two readers cannot understand differently. A member name that comes twice is refused
 * (one party checks the first, another uses the last: RFC 8725 §2.4), so is half a surrogate pair (JCS cannot write it
 * down, so the refusal could not be recorded), and nesting beyond MAX_JSON_DEPTH.
 *
 * @returns the value, or what is wrong in words of ours: the parser's own message quotes its input.
 */
export function parseIJson(text: string): IJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'not JSON' };
  }
  const problem = ambiguity(text);
  return problem === null ? { ok: true, value } : { ok: false, problem };
}

/** Not an array, not `null`: what JSON itself calls an object. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Own members only: `constructor` is not a claim. */
export const member = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** One pass over text that is known to be JSON. */
function ambiguity(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '{' || char === '[') {
      if (open.push(char === '{' ? new Set() : null) > MAX_JSON_DEPTH) return 'nested too deeply';
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = closingQuote(text, at);
      const string = decoded(text.slice(at, end + 1));
      if (!string.isWellFormed()) return 'half a surrogate pair';
      const names = open.at(-1);
      if (names instanceof Set && isName(text, end)) {
        if (names.has(string)) return 'member name repeated';
        names.add(string);
      }
      at = end;
    }
  }
  return null;
}

function closingQuote(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

function decoded(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const string: unknown = JSON.parse(quoted);
  return typeof string === 'string' ? string : '';
}

/** In an object a string is a name where a colon follows it. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++;
  return text.charAt(at) === ':';
}
