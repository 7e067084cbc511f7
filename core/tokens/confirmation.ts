import { calculateJwkThumbprint, type JWK } from 'jose';
import { decodeBase64url } from '../encoding/base64url.ts';
import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { holdsPrivateKey } from './public-key.ts';

/**
 * The key that a token is bound to: `cnf` with `jwk` (RFC 7800 §3.2) or `jkt` (RFC 9449 §6.1).
 *
 * @returns the RFC 7638 thumbprint; `null` where the token has no `cnf`; `unreadable` for a confirmation of another
 *   kind (a certificate, an encrypted key): ignoring it would make a bearer token of one that is not.
 */
export async function confirmedKey(
  claims: JsonObject,
): Promise<{ readonly jkt: string } | 'unreadable' | null> {
  const cnf = member(claims, 'cnf');
  if (cnf === undefined) return null;
  if (!isJsonObject(cnf) || Object.keys(cnf).length !== 1) return 'unreadable';
  const jkt = member(cnf, 'jkt');
  if (typeof jkt === 'string' && decodeBase64url(jkt)?.length === 32) return { jkt };
  const jwk = member(cnf, 'jwk');
  if (!isJsonObject(jwk) || holdsPrivateKey(jwk)) return 'unreadable';
  return thumbprint(jwk);
}

async function thumbprint(jwk: JWK): Promise<{ readonly jkt: string } | 'unreadable'> {
  try {
    return { jkt: await calculateJwkThumbprint(jwk, 'sha256') };
  } catch {
    return 'unreadable';
  }
}
