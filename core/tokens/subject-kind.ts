import { member } from '../encoding/i-json.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import { ACCESS_TOKEN, ACCESS_TOKEN_TYPE, ID_TOKEN } from './token-types.ts';
import type { VerifiedToken } from './verify.ts';

/**
 * One kind of token must not pass for another of the same issuer (RFC 8725 §3.11, §3.12): the header's `typ` agrees
 * with the type that the request names, and neither is a message about a session.
 *
 * @param slot - Where the token stands: the refusal names it.
 * @returns the refusal `token_type_mismatch`; or `token_audience` for an ID token that was made for several and whose
 *   authorized party is not one of our clients (OIDC Core §3.1.3.7, 4 and 5): another client of the same issuer got
 *   it, and whoever that is could show it here.
 */
export function checkSubjectKind(
  { typ, claims, issuer }: VerifiedToken,
  token_type: string,
  slot: 'subject_token' | 'first',
): Outcome<null> {
  const mismatch = (problem: string) => refuse({ reason: 'token_type_mismatch', token: slot, problem });
  // Logout tokens and security events are signed by the same keys for the same audience (Back-Channel Logout §2.4).
  if (member(claims, 'events') !== undefined) return mismatch('is a security event');
  if (token_type === ACCESS_TOKEN) {
    return typ === ACCESS_TOKEN_TYPE ? allow(null) : mismatch('typ of an access token is at+jwt');
  }
  if (token_type !== ID_TOKEN) return mismatch('neither an ID token nor an access token');
  if (typ !== null && typ !== 'jwt') return mismatch('typ of an ID token is JWT, or absent');
  const aud = member(claims, 'aud');
  if (!Array.isArray(aud) || aud.length < 2) return allow(null);
  const azp = member(claims, 'azp');
  return issuer.audiences.some((own) => own === azp)
    ? allow(null)
    : refuse({ reason: 'token_audience', token: slot });
}
