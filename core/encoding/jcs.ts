import canonicalize from 'canonicalize';

/**
 * RFC 8785 text of a value: the bytes that are hashed, stored and logged.
 *
 * @throws TypeError for what JSON cannot say exactly (NaN, Infinity, lone surrogates, cycles).
 */
export function jcs(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('nothing to canonicalize');
  return text;
}
