import { makeNonce } from '../../core/tokens/nonce.ts';
import type { Ask, Broker } from './broker.ts';
import { NOW } from './clock.ts';
import { type Changes, NONCE_KEYS } from './tokens.ts';

/**
 * Moves the broker's clock to so many seconds after NOW. The tokens of then are merged into what a test changes
 * beside them: the user's and the device's last on, proof and enrolled agent carry a nonce of then.
 *
 * @returns a good request of then, to be changed further by whoever spreads it.
 */
export function goTo(broker: Broker, seconds: number) {
  broker.now = (NOW + seconds) * 1000;
  const nonce = makeNonce(NONCE_KEYS, NOW + seconds);
  return {
    subject: { claims: { exp: NOW + seconds + 3600 } } satisfies Changes,
    actor: { claims: { nonce, exp: undefined } } satisfies Changes,
    attestation: { claims: { exp: NOW + seconds + 86_400 } } satisfies Changes,
    proof: { claims: { nonce } } satisfies Changes,
  } satisfies Ask;
}
