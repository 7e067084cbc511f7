import type { Spend } from '../ports.ts';
import type { Actor, Proof } from '../tokens/identities.ts';

/** What a record spends: its proof, and an actor token's freedom to be shown from another key (rule 6). */
export function spendOf(proof: Proof, actor: Actor | undefined): Spend {
  const spent: Spend = { proof: { jkt: proof.jkt, jti: proof.jti, until: proof.spentUntil } };
  if (actor === undefined || actor.jti === null) return spent;
  return { ...spent, actorToken: { iss: actor.iss, jti: actor.jti, jkt: proof.jkt, until: actor.exp } };
}
