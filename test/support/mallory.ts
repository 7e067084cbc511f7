/** The attacker: an employee with a good laptop, a good agent and a good sign-in, all of them his own. */
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import type { Ask } from './broker.ts';
import { RND, type TokenWorld } from './tokens.ts';

/** Claims of Mallory's own ID token, signed in for his own key. */
export const malloryClaims = ({ keys }: TokenWorld) => ({
  sub: 'pairwise-mallory',
  oid: 'mallory',
  upn: 'mallory@corp.example',
  email: 'mallory@corp.example',
  nonce: boundNonce(keys.otherDevice.jkt, RND),
});

/**
 * His laptop, which the MDM knows without saying whose it is, and the agent for which its key speaks. Only that it is
 * not Alice's is in question.
 */
export function onMallorysLaptop({ keys }: TokenWorld) {
  const key = keys.otherDevice;
  return {
    proof: { key },
    actor: { key, claims: { iss: KEY_THUMBPRINT_URI + key.jkt } },
    attestation: {
      claims: { serial: 'SN-666', user: undefined, cnf: { jwk: key.jwk } },
    },
  } satisfies Ask;
}
