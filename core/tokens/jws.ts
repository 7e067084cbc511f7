import { decodeBase64url } from '../encoding/base64url.ts';
import { sha256Hex } from '../encoding/hash.ts';
import { isJsonObject, type JsonObject, member, parseIJson } from '../encoding/i-json.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { MAX_CLAIM_CHARS, MAX_TOKEN_CHARS } from '../limits.ts';

/** A token whose shape is right. **Nothing in it is true yet**: no signature has been checked. */
export interface UnverifiedJws {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly alg: string;
  /** Media type, lower case, without `application/` (RFC 7515 §4.1.9); `null` where the header names none. */
  readonly typ: string | null;
  readonly kid: string | undefined;
  /** SHA-256 of the token, hex: what may be recorded of it. */
  readonly hash: string;
}

export type ReadJws =
  | { readonly ok: true; readonly jws: UnverifiedJws }
  | { readonly ok: false; readonly problem: string };

/**
 * Header parameters that say where a key comes from, or how the token is to be read, and are never taken from a
 * token: `jku`, `x5u`, `x5c`, `jwk` (RFC 8725 §3.10: the caller would choose the key), `crit`, `b64` and `zip`
 * (we understand no extension, RFC 7515 §4.1.11).
 */
const FORBIDDEN = ['crit', 'b64', 'zip', 'jku', 'x5u', 'x5c'];

/**
 * Reads a compact JWS (RFC 7515 §7.1, RFC 8725 and its successor): size, strict base64url, UTF-8, JSON objects
 * without repeated members.
 *
 * @param jwk - Whether the header carries its own key: a DPoP proof must (RFC 9449 §4.2), no other token may.
 * @returns the parts, or what is wrong, in words that quote nothing of the token.
 */
export function readJws(token: string, { jwk }: { readonly jwk: 'required' | 'forbidden' }): ReadJws {
  if (token.length > MAX_TOKEN_CHARS) return bad(`longer than ${MAX_TOKEN_CHARS} characters`);
  const parts = token.split('.', 4);
  const [encodedHeader, encodedPayload, signature] = parts;
  if (parts.length !== 3 || !encodedHeader || !encodedPayload || !signature) return bad('not a compact JWS');
  if (decodeBase64url(signature) === null) return bad('not base64url');
  const header = readObject(encodedHeader);
  if (!header.ok) return bad(`header ${header.problem}`);
  const claims = readObject(encodedPayload);
  if (!claims.ok) return bad(`payload ${claims.problem}`);

  const forbidden = FORBIDDEN.find((name) => Object.hasOwn(header.object, name));
  if (forbidden !== undefined) return bad(`header has ${forbidden}`);
  const hasJwk = Object.hasOwn(header.object, 'jwk');
  if (hasJwk !== (jwk === 'required')) return bad(`header jwk is ${jwk}`);

  const alg = member(header.object, 'alg');
  const typ = member(header.object, 'typ');
  const kid = member(header.object, 'kid');
  if (typeof alg !== 'string') return bad('header alg is not a string');
  if (typ !== undefined && typeof typ !== 'string') return bad('header typ is not a string');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_CLAIM_CHARS)) {
    return bad('header kid is not a short string');
  }
  const jws = {
    header: header.object,
    claims: claims.object,
    alg,
    typ: typ === undefined ? null : mediaType(typ),
    kid,
    hash: sha256Hex(token),
  };
  return { ok: true, jws };
}

/** What the signature covers. Two tokens that differ only behind it are one: ECDSA lets anyone make the second. */
export const signingInputOf = (token: string): string => token.slice(0, token.lastIndexOf('.'));

const mediaType = (typ: string): string => typ.toLowerCase().replace(/^application\//, '');

const bad = (problem: string) => ({ ok: false, problem }) as const;

function readObject(
  encoded: string,
): { readonly ok: true; readonly object: JsonObject } | { readonly ok: false; readonly problem: string } {
  const bytes = decodeBase64url(encoded);
  if (bytes === null) return bad('is not base64url');
  const text = decodeUtf8(bytes);
  if (text === null) return bad('is not UTF-8');
  const json = parseIJson(text);
  if (!json.ok) return bad(`is ${json.problem}`);
  return isJsonObject(json.value) ? { ok: true, object: json.value } : bad('is not an object');
}
