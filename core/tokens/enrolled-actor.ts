import type { KeyObject } from 'node:crypto';
import { member } from '../encoding/i-json.ts';
import { MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Agent } from '../policy/bundle.ts';
import { identityTag } from '../session/encode.ts';
import { readClaims } from './claims.ts';
import { type Actor, asVerified, type Proof, type RegisteredActor } from './identities.ts';
import type { UnverifiedJws } from './jws.ts';
import { checkNonce } from './nonce.ts';
import { PROOF_ALGORITHMS } from './proof.ts';
import { verificationKey } from './public-key.ts';
import { importPublic, isSignedBy } from './signature.ts';
import { KEY_THUMBPRINT_URI } from './token-types.ts';
import { WRIT_ALIAS } from './writ-issuer.ts';

export interface EnrolledActorContext {
  readonly agents: readonly Agent[];
  readonly nonceKeys: readonly KeyObject[];
  readonly publicUrl: string;
  /** NumericDate. */
  readonly now: number;
}

const slot = 'actor_token';
const wrongClaim = (claim: string) => refuse({ reason: 'token_claim', token: slot, claim });

/**
 * Verifies the token of an agent for which the device's own key speaks: `typ` `writ-actor+jwt`, `iss` the key
 * (RFC 9278), `aud` our public URL, `sub` the agent's name, and the server's nonce, so that the token lives no longer
 * than that (rule 6). The key must be the proof's: with another, an agent on one machine could borrow the
 * word of a second (rule 4c).
 *
 * `exp` is the agent's own earlier end, if it wants one. It may be left out, as no client clock must matter.
 *
 * @throws Fault `nonce_keys_unavailable`.
 */
export async function verifyEnrolledActor(
  token: string,
  jws: UnverifiedJws,
  proof: Proof,
  context: EnrolledActorContext,
): Promise<Outcome<RegisteredActor>> {
  const { claims, alg, hash } = jws;
  const read = readClaims(claims);
  const iss = read.requiredText('iss');
  const sub = read.requiredText('sub');
  const jti = read.requiredText('jti');
  const nonce = read.requiredText('nonce');
  const exp = read.date('exp');
  const bad = read.bad();
  if (bad !== null) return wrongClaim(bad);

  const signed = await checkSignature(token, iss, alg, proof);
  if (!signed.ok) return signed;
  if (member(claims, 'aud') !== context.publicUrl) return refuse({ reason: 'token_audience', token: slot });

  const fresh = checkNonce(nonce, context.nonceKeys, context.now);
  // As with the proof itself: the client is to come again with a nonce of today.
  if (fresh === 'stale' || fresh === 'bad') return refuse({ reason: 'dpop_nonce_stale' });
  if (exp !== null && exp > fresh.at + MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS) return wrongClaim('exp');
  if (exp !== null && exp <= context.now) {
    return refuse({ reason: 'token_expired', token: slot, exp, now: context.now });
  }

  const [agent, ...others] = context.agents.filter((known) => known.enrolled && known.agent === sub);
  if (agent === undefined || others.length > 0) return refuse({ reason: 'actor_unknown' });
  return allow({
    agent,
    actor: asVerified<Actor>({
      kind: 'enrolled',
      agent: agent.agent,
      iss,
      sub,
      id: identityTag(WRIT_ALIAS, sub),
      jkt: proof.jkt,
      jti,
      exp: Math.min(exp ?? fresh.until, fresh.until),
      token: hash,
    }),
  });
}

async function checkSignature(token: string, iss: string, alg: string, proof: Proof): Promise<Outcome<null>> {
  if (!iss.startsWith(KEY_THUMBPRINT_URI)) return refuse({ reason: 'token_issuer_unknown', token: slot });
  if (iss !== KEY_THUMBPRINT_URI + proof.jkt) return refuse({ reason: 'actor_key_mismatch' });
  const jwk = PROOF_ALGORITHMS.includes(alg) ? verificationKey({ ...proof.jwk }, alg) : null;
  const key = jwk === null ? null : await importPublic(jwk, alg);
  if (key === null) return refuse({ reason: 'token_algorithm', token: slot });
  const isSigned = await isSignedBy(token, key, alg);
  return isSigned ? allow(null) : refuse({ reason: 'token_signature', token: slot });
}
