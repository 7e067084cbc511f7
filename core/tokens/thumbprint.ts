import { sha256Base64url } from '../encoding/hash.ts';
import { type JsonObject, member } from '../encoding/i-json.ts';

/** The members that make a public key, in the order in which they are hashed (RFC 7638 §3.2, RFC 8037 §2). */
const REQUIRED: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['RSA', ['e', 'kty', 'n']],
]);

/**
 * The name of a public key: its RFC 7638 thumbprint, by SHA-256. Here and not by jose, whose goes through WebCrypto and a
 * thread of its own, thirty times as dear.
 *
 * @returns base64url; `null` for another kind of key, or where a member is missing or no text.
 */
export function thumbprint(jwk: JsonObject): string | null {
  const required = REQUIRED.get(member(jwk, 'kty'));
  if (required === undefined) return null;
  const members = required.map((name) => [name, member(jwk, name)] as const);
  const complete = members.every(([, value]) => typeof value === 'string' && value !== '');
  return complete ? sha256Base64url(JSON.stringify(Object.fromEntries(members))) : null;
}
