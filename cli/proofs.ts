import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { sha256Base64url } from '../core/encoding/hash.ts';
import { DPOP_TYPE, ENROLLED_ACTOR_TYPE, KEY_THUMBPRINT_URI } from '../core/tokens/token-types.ts';
import type { DeviceKey } from './device-key.ts';

/**
 * A DPoP proof for one POST (RFC 9449 §4.2), with `bdh`, the hash of the body, so that a captured proof fits no
 * other request (rule 4d).
 *
 * @param nonce - The server's, null before it has given one.
 * @param now - NumericDate.
 */
export function dpopProof(
  key: DeviceKey,
  request: {
    readonly htu: string;
    readonly body: string;
    readonly nonce: string | null;
    readonly now: number;
  },
): Promise<string> {
  const { htu, body, nonce, now } = request;
  return new SignJWT({
    htm: 'POST',
    htu,
    jti: randomUUID(),
    iat: now,
    ...(nonce === null ? {} : { nonce }),
    bdh: sha256Base64url(body),
  })
    .setProtectedHeader({ typ: DPOP_TYPE, alg: 'ES256', jwk: key.publicJwk })
    .sign(key.privateKey);
}

/**
 * The token of an enrolled agent: the device's own key says which agent asks (architecture, section 2, actor). The server's
 * nonce ends it, not an `exp`: a laptop whose clock is wrong is no reason to refuse (rule 6).
 *
 * @param aud - The broker's issuer, which is its public URL.
 * @param now - NumericDate.
 */
export function enrolledActorToken(
  key: DeviceKey,
  actor: {
    readonly agent: string;
    readonly aud: string;
    readonly nonce: string | null;
    readonly now: number;
  },
): Promise<string> {
  const { agent, aud, nonce, now } = actor;
  return new SignJWT({
    iss: KEY_THUMBPRINT_URI + key.jkt,
    sub: agent,
    aud,
    jti: randomUUID(),
    iat: now,
    ...(nonce === null ? {} : { nonce }),
  })
    .setProtectedHeader({ typ: ENROLLED_ACTOR_TYPE, alg: 'ES256' })
    .sign(key.privateKey);
}
