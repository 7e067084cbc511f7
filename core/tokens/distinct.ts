import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Slot } from '../refusals.ts';
import type { Received, TokenRequest } from '../request.ts';
import { attestationsOf } from './device.ts';
import { signingInputOf } from './jws.ts';

/**
 * No token may play two parts (rule 5): with the user's own token as actor, "who acted" would be nobody.
 *
 * What is compared is what was signed: of an ECDSA signature anyone can make a second one that verifies, and so a
 * second spelling of the same token.
 */
export function distinct(request: TokenRequest, received: Received): Outcome<null> {
  const shown: readonly (readonly [Slot, string | null | undefined])[] = [
    ['subject_token', request.subject_token],
    ['actor_token', request.actor_token],
    ['client_attestation', attestationsOf(received)[0]],
    ['first', request.binding?.first],
  ];
  const seen = new Map<string, Slot>();
  for (const [token, text] of shown) {
    if (text === null || text === undefined) continue;
    const signed = signingInputOf(text);
    const also = seen.get(signed);
    if (also !== undefined) return refuse({ reason: 'token_in_two_slots', token, also });
    seen.set(signed, token);
  }
  return allow(null);
}
