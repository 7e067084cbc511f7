/** What the prober shows: a user's token that says that there is no user, and what a device's own key signs. */
import type { JWK } from 'jose';
import { sha256Base64url } from '../encoding/hash.ts';
import { finishJws } from '../tokens/attestation.ts';
import { boundNonce } from '../tokens/subject-bound.ts';
import { DPOP_TYPE, ENROLLED_ACTOR_TYPE, KEY_THUMBPRINT_URI } from '../tokens/token-types.ts';
import { PROBER, type ProbePlan } from './plan.ts';

/** Signs with ES256. @returns `R ‖ S` (RFC 7518 §3.4). */
export type Sign = (data: Uint8Array) => Promise<Uint8Array>;

/** A P-256 key that lives as long as one probe, in its place of a device's. */
export interface ProbeKey {
  /** RFC 7638 thumbprint, base64url. */
  readonly jkt: string;
  /** Public members only. */
  readonly jwk: JWK;
  readonly sign: Sign;
}

/** Seconds. The probe is over by then, and so is what it signed. */
const TOKEN_SECONDS = 600;

/** How the "sign-in" was made: recorded with each of its writs, and there for policies to see. */
export const SYNTHETIC = 'synthetic';

/**
 * The prober's ID token: bound to its key by the nonce, as a person's is to a laptop (rule 4a).
 *
 * `auth_time` is now, and no lie: who signs it has just been let in by KMS. `amr` says that it was no person.
 *
 * @param of.now - NumericDate.
 * @throws Fault of `sign`.
 */
export const subjectToken = (
  { iss, aud }: Pick<ProbePlan, 'iss' | 'aud'>,
  of: { readonly jkt: string; readonly rnd: string; readonly now: number },
  sign: Sign,
): Promise<string> =>
  jws(
    { typ: 'JWT', alg: 'ES256' },
    {
      ...{ iss, aud, sub: PROBER, iat: of.now, exp: of.now + TOKEN_SECONDS },
      ...{ auth_time: of.now, amr: [SYNTHETIC], nonce: boundNonce(of.jkt, of.rnd) },
    },
    sign,
  );

/** A DPoP proof for one POST, over its body (RFC 9449 §4.2, rule 4d). @param of.now - NumericDate. */
export const proof = (
  key: ProbeKey,
  of: {
    readonly htu: string;
    readonly body: string;
    readonly jti: string;
    readonly nonce: string;
    readonly now: number;
  },
): Promise<string> =>
  jws(
    { typ: DPOP_TYPE, alg: 'ES256', jwk: key.jwk },
    {
      ...{ htm: 'POST', htu: of.htu, jti: of.jti, iat: of.now, bdh: sha256Base64url(of.body) },
      ...(of.nonce === '' ? {} : { nonce: of.nonce }),
    },
    key.sign,
  );

/** The token of an agent for which the device's key speaks (architecture, section 2). @param of.now - NumericDate. */
export const actorToken = (
  key: ProbeKey,
  of: {
    readonly agent: string;
    readonly aud: string;
    readonly jti: string;
    readonly nonce: string;
    readonly now: number;
  },
): Promise<string> =>
  jws(
    { typ: ENROLLED_ACTOR_TYPE, alg: 'ES256' },
    {
      ...{ iss: KEY_THUMBPRINT_URI + key.jkt, sub: of.agent, aud: of.aud },
      ...{ jti: of.jti, iat: of.now, nonce: of.nonce },
    },
    key.sign,
  );

/** RFC 7515 §7.1. */
async function jws(header: object, claims: object, sign: Sign): Promise<string> {
  const signingInput = `${encode(header)}.${encode(claims)}`;
  return finishJws(signingInput, await sign(new TextEncoder().encode(signingInput)));
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
