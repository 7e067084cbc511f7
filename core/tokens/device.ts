import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Received } from '../request.ts';
import { identityTag } from '../session/encode.ts';
import { readClaims } from './claims.ts';
import { confirmedKey } from './confirmation.ts';
import { asVerified, type Device, type Proof, type Subject } from './identities.ts';
import { ATTESTATION_TYPE } from './token-types.ts';
import { type IssuerContext, verifyToken } from './verify.ts';
import { WRIT_ALIAS } from './writ-issuer.ts';

const slot = 'client_attestation';
const malformed = (problem: string) => refuse({ reason: 'token_malformed', token: slot, problem });

/** The values of `OAuth-Client-Attestation`, split where a proxy joined them: no JWT contains a comma. */
export const attestationsOf = (received: Received): readonly string[] =>
  (received.headers['oauth-client-attestation'] ?? []).flatMap((value) => value.split(','));

/**
 * Verifies on which device the agent runs (draft-ietf-oauth-attestation-based-client-auth, DPoP-combined mode): an
 * attestation whose `cnf.jwk` is the proof's key, by an MDM or by Writ itself. Without one, the subject token's own
 * claim about the device is all there is, and the record says so.
 *
 * @throws Fault `keys_unavailable`.
 */
export async function verifyDevice(
  received: Received,
  subject: Subject,
  proof: Proof,
  { issuers, findKey, now }: IssuerContext,
): Promise<Outcome<Device>> {
  // With a proof of its own the attestation would be bound to a second key, which nothing here looks at.
  if (received.headers['oauth-client-attestation-pop'] !== undefined) {
    return malformed('OAuth-Client-Attestation-PoP is not accepted: the DPoP proof takes its place');
  }
  const [token, ...others] = attestationsOf(received);
  if (others.length > 0) return malformed('more than one OAuth-Client-Attestation');
  if (token === undefined) return claimedDevice(subject, proof);

  const verified = await verifyToken({ token, slot, expectedClass: 'attestation', issuers, findKey, now });
  if (!verified.ok) return verified;
  const { issuer, claims, hash, typ } = verified.value;
  if (typ !== ATTESTATION_TYPE) {
    return refuse({ reason: 'token_type_mismatch', token: slot, problem: `typ is not ${ATTESTATION_TYPE}` });
  }
  const read = readClaims(claims);
  const id = read.requiredText(issuer.claims.device ?? issuer.claims.subject);
  const compliant = read.flag(issuer.claims.compliant);
  const user = read.identity(issuer.claims.user);
  const exp = read.date('exp');
  const bad = read.bad();
  if (bad !== null) return refuse({ reason: 'token_claim', token: slot, claim: bad });

  const cnf = confirmedKey(claims);
  if (cnf === null || cnf === 'unreadable') {
    return refuse({ reason: 'token_claim', token: slot, claim: 'cnf' });
  }
  if (cnf.jkt !== proof.jkt) return refuse({ reason: 'attestation_key_mismatch' });
  return allow(
    asVerified<Device>({
      kind: issuer.alias === WRIT_ALIAS ? 'enrolled' : 'attested',
      id: identityTag(issuer.alias, id),
      iss: issuer.iss,
      jkt: proof.jkt,
      compliant,
      user,
      exp,
      attestation: hash,
    }),
  );
}

function claimedDevice(subject: Subject, proof: Proof): Outcome<Device> {
  if (subject.device_claim === null) return refuse({ reason: 'device_missing' });
  return allow(
    asVerified<Device>({
      kind: 'claimed',
      id: identityTag(subject.alias, subject.device_claim),
      iss: subject.iss,
      jkt: proof.jkt,
      compliant: null,
      user: null,
      exp: null,
      attestation: null,
    }),
  );
}
