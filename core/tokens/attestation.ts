import type { JWK } from 'jose';
import { Fault } from '../fault.ts';
import { ENROLMENT_SECONDS } from '../limits.ts';
import type { Subject } from './identities.ts';
import { ATTESTATION_TYPE, KEY_THUMBPRINT_URI } from './token-types.ts';
import { WRIT_DEVICE_CLAIM, WRIT_USER_CLAIM } from './writ-issuer.ts';

export interface AttestationClaims {
  readonly iss: string;
  readonly aud: string;
  /** The client (draft-ietf-oauth-attestation-based-client-auth §5.1): here nothing but its key, RFC 9278. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly cnf: { readonly jwk: JWK };
  readonly [WRIT_DEVICE_CLAIM]: string;
  readonly [WRIT_USER_CLAIM]: { readonly iss: string; readonly sub: string };
}

/** ES256 signs with two 32-byte numbers, `R ‖ S` (RFC 7518 §3.4). */
const ES256_SIGNATURE_BYTES = 64;

/**
 * The attestation that `POST /enroll` answers: Writ says which user signed in with this key, for ENROLMENT_SECONDS.
 *
 * @param jwk - The verified proof's key, public members only; `jkt` its RFC 7638 thumbprint.
 * @param now - NumericDate.
 * @param kid - Name of the key that will sign.
 * @returns the JWS signing input (RFC 7515 §5.1) for ES256, and the claims in it.
 */
export function attestation(of: {
  readonly publicUrl: string;
  readonly subject: Subject;
  readonly jkt: string;
  readonly jwk: JWK;
  readonly now: number;
  readonly kid: string;
}): { readonly signingInput: string; readonly claims: AttestationClaims } {
  const claims: AttestationClaims = {
    iss: of.publicUrl,
    aud: of.publicUrl,
    sub: KEY_THUMBPRINT_URI + of.jkt,
    iat: of.now,
    exp: of.now + ENROLMENT_SECONDS,
    cnf: { jwk: of.jwk },
    [WRIT_DEVICE_CLAIM]: of.jkt,
    [WRIT_USER_CLAIM]: { iss: of.subject.iss, sub: of.subject.sub },
  };
  const header = { typ: ATTESTATION_TYPE, alg: 'ES256', kid: of.kid };
  return { signingInput: `${encode(header)}.${encode(claims)}`, claims };
}

/** @throws Fault `signing_unavailable` for a signature that is not `R ‖ S` of ES256: DER would verify nowhere. */
export function finishJws(signingInput: string, signature: Uint8Array): string {
  if (signature.length !== ES256_SIGNATURE_BYTES) throw new Fault('signing_unavailable');
  return `${signingInput}.${Buffer.from(signature).toString('base64url')}`;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
