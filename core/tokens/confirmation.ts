import { decodeBase64url } from '../encoding/base64url.ts';
import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { holdsPrivateKey } from './public-key.ts';
import { thumbprint } from './thumbprint.ts';

/**
 * The key that a token is bound to: `cnf` with `jwk` (RFC 7800 §3.2) or `jkt` (RFC 9449 §6.1).
 *
 * @returns the RFC 7638 thumbprint; `null` where the token has no `cnf`; `unreadable` for a confirmation of another
 *   kind (a certificate, an encrypted key): ignoring it would make a bearer token of one that is not.
 */
export function confirmedKey(claims: JsonObject): { readonly jkt: string } | 'unreadable' | null {
  const cnf = member(claims, 'cnf');
  if (cnf === undefined) return null;
  if (!isJsonObject(cnf) || Object.keys(cnf).length !== 1) return 'unreadable';
  const given = member(cnf, 'jkt');
  if (typeof given === 'string' && decodeBase64url(given)?.length === 32) return { jkt: given };
  const jwk = member(cnf, 'jwk');
  if (!isJsonObject(jwk) || holdsPrivateKey(jwk)) return 'unreadable';
  const jkt = thumbprint(jwk);
  return jkt === null ? 'unreadable' : { jkt };
}
