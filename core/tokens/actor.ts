import type { KeyObject } from 'node:crypto';
import { MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Agent } from '../policy/bundle.ts';
import { identityTag } from '../session/encode.ts';
import { readClaims } from './claims.ts';
import { confirmedKey } from './confirmation.ts';
import { verifyEnrolledActor } from './enrolled-actor.ts';
import { type Actor, asVerified, type Proof, type RegisteredActor } from './identities.ts';
import { readJws } from './jws.ts';
import { ENROLLED_ACTOR_TYPE } from './token-types.ts';
import { type IssuerContext, verifyToken } from './verify.ts';

export interface ActorContext extends IssuerContext {
  readonly agents: readonly Agent[];
  readonly nonceKeys: readonly KeyObject[];
  readonly publicUrl: string;
}

const slot = 'actor_token';
const wrongClaim = (claim: string) => refuse({ reason: 'token_claim', token: slot, claim });

/**
 * Verifies the agent's token and finds the agent that it is, whose registration has not ended.
 *
 * Attested: a platform of class `actor` signs it. Enrolled: the device's own key does (`enrolled-actor.ts`). Which of
 * the two is read from `typ`, and each then refuses what is not its own.
 *
 * @throws Fault `keys_unavailable`, `nonce_keys_unavailable`.
 */
export async function verifyActor(
  token: string,
  proof: Proof,
  context: ActorContext,
): Promise<Outcome<RegisteredActor>> {
  const read = readJws(token, { jwk: 'forbidden' });
  if (!read.ok) return refuse({ reason: 'token_malformed', token: slot, problem: read.problem });
  const actor =
    read.jws.typ === ENROLLED_ACTOR_TYPE
      ? await verifyEnrolledActor(token, read.jws, proof, context)
      : await verifyAttestedActor(token, proof, context);
  if (!actor.ok) return actor;

  const { agent } = actor.value;
  if (agent.expires <= context.now) {
    return refuse({ reason: 'actor_expired', agent: agent.agent, expires: agent.expires });
  }
  if (agent.reviewBy <= context.now) {
    return refuse({ reason: 'actor_review_overdue', agent: agent.agent, reviewBy: agent.reviewBy });
  }
  return actor;
}

/**
 * With a `jti`, the token belongs from its first use to one key until it expires, which the ledger decides; without,
 * nothing would stop whoever finds it, so it must be young (rule 6).
 */
async function verifyAttestedActor(
  token: string,
  proof: Proof,
  { issuers, agents, findKey, now }: ActorContext,
): Promise<Outcome<RegisteredActor>> {
  const verified = await verifyToken({ token, slot, expectedClass: 'actor', issuers, findKey, now });
  if (!verified.ok) return verified;
  const { issuer, claims, hash } = verified.value;
  const read = readClaims(claims);
  const sub = read.requiredText(issuer.claims.subject);
  const jti = read.text('jti');
  const iat = read.date('iat');
  const exp = read.date('exp');
  const bad = read.bad();
  if (bad !== null) return wrongClaim(bad);
  if (exp === null) return wrongClaim('exp');
  if (jti === null) {
    if (iat === null) return wrongClaim('iat');
    if (now - iat > MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS) {
      return refuse({ reason: 'token_too_old', token: slot, iat, now });
    }
  }
  // A platform may bind the workload's token to a key (WIMSE, RFC 7800): then it is worth nothing with another.
  const cnf = confirmedKey(claims);
  if (cnf === 'unreadable') return wrongClaim('cnf');
  if (cnf !== null && cnf.jkt !== proof.jkt) return refuse({ reason: 'actor_key_mismatch' });

  const [agent, ...others] = agents.filter((known) =>
    known.identities.some((identity) => identity.issuer === issuer.alias && identity.subject === sub),
  );
  if (agent === undefined || others.length > 0) return refuse({ reason: 'actor_unknown' });
  return allow({
    agent,
    actor: asVerified<Actor>({
      kind: 'attested',
      agent: agent.agent,
      iss: issuer.iss,
      sub,
      id: identityTag(issuer.alias, sub),
      jkt: null,
      jti,
      exp,
      token: hash,
    }),
  });
}
