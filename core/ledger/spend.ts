import type { Spend } from '../ports.ts';
import type { Actor, Proof } from '../tokens/identities.ts';

/**
 * What a request spends: its proof, and an actor token's freedom to be shown from another key (rule 6).
 *
 * @param by - The request's writ id.
 */
export function spendOf(by: string, proof: Proof, actor: Actor | undefined): Spend {
  const spent: Spend = { by, proof: { jkt: proof.jkt, jti: proof.jti, until: proof.spentUntil } };
  if (actor === undefined || actor.jti === null) return spent;
  return { ...spent, actorToken: { iss: actor.iss, jti: actor.jti, jkt: proof.jkt, until: actor.exp } };
}
