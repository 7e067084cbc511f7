import { type JsonObject, member } from '../encoding/i-json.ts';

/**
 * Why a token does not show a person who signed in, or `null` (rule 5).
 *
 * A token that an application got for itself names a subject too, its own. Each sign of that which the large issuers
 * give is enough to refuse: Entra's `idtyp`, Auth0's `gty`, and a subject that is the client itself (RFC 9068 §2.2).
 * What no machine token has is the time of a sign-in (OIDC Core §2 `auth_time`, RFC 9068 §2.2.1), so it is demanded.
 */
export function notHuman(claims: JsonObject): string | null {
  if (member(claims, 'idtyp') === 'app') return 'idtyp is app';
  const gty = member(claims, 'gty');
  const grants: readonly unknown[] = Array.isArray(gty) ? gty : [gty];
  if (grants.includes('client-credentials') || grants.includes('client_credentials')) {
    return 'granted to a client for itself';
  }
  const sub = member(claims, 'sub');
  if (
    sub !== undefined &&
    ['azp', 'client_id', 'cid', 'appid'].some((name) => member(claims, name) === sub)
  ) {
    return 'the subject is the client itself';
  }
  return member(claims, 'auth_time') === undefined ? 'auth_time is missing' : null;
}
