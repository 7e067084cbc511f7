import { makeNonce } from '../../core/tokens/nonce.ts';
import type { Ask, Broker } from './broker.ts';
import { NOW } from './clock.ts';
import { NONCE_KEYS } from './tokens.ts';

/**
 * Moves the broker's clock to so many seconds after NOW.
 *
 * @returns what makes a good request of then: proof and enrolled agent have a nonce of then, user and device still
 *   last. A test spreads it into its own changes.
 */
export function goTo(broker: Broker, seconds: number) {
  const then = NOW + seconds;
  broker.now = then * 1000;
  const nonce = makeNonce(NONCE_KEYS, then);
  return {
    subject: { claims: { exp: then + 3600 } },
    actor: { claims: { nonce, exp: undefined } },
    attestation: { claims: { exp: then + 86_400 } },
    proof: { claims: { nonce } },
  } satisfies Ask;
}
