/**
 * POST /enroll: someone who has just signed in makes this key a device that Writ vouches for, for a day.
 *
 *     parse → proof → subject, freshly signed in → bound to the key → policy → heads → record → sign
 *
 * Nothing is stored but the ledger's item: the attestation itself is the device's to keep.
 */
import type { Answer } from './answer.ts';
import { Fault } from './fault.ts';
import { draftEnrolled } from './ledger/draft.ts';
import { enrolledItem } from './ledger/keys.ts';
import { type Sealed, sealPersonal } from './ledger/personal.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { spendOf } from './ledger/spend.ts';
import { ENROLMENT_SECONDS, MAX_ENROLMENT_AUTH_AGE_SECONDS } from './limits.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { parseSubjectRequest } from './parse.ts';
import { type Decision, decideEnroll } from './policy/decide.ts';
import type { EnrolmentSigner, ExchangePorts, ReadHeads } from './ports.ts';
import type { Received } from './request.ts';
import { headsOfEnrolment, standing } from './revocation/heads.ts';
import { stoppedBy } from './revocation/stop.ts';
import { personalOf, type Seen, see } from './seen.ts';
import { identityTag } from './session/encode.ts';
import { attestation, finishJws } from './tokens/attestation.ts';
import { subjectBoundToDevice } from './tokens/bind.ts';
import type { Proof, Subject } from './tokens/identities.ts';
import { verifyProof } from './tokens/proof.ts';
import { verifySubject } from './tokens/subject.ts';
import { WRIT_ALIAS } from './tokens/writ-issuer.ts';

export type EnrolmentPorts = Omit<ExchangePorts, 'mint'> & {
  readonly signer: EnrolmentSigner;
  readonly readHeads: ReadHeads;
};

export interface Enrolment {
  /** A JWT for the header `OAuth-Client-Attestation`. */
  readonly client_attestation: string;
  /** The tag `writ:device` of all that is issued for it. */
  readonly device: string;
  /** Seconds. */
  readonly expires_in: number;
}

/**
 * One enrolment: the key of this proof becomes a device of this user.
 *
 * @returns the attestation, good for ENROLMENT_SECONDS; or the refusal, with the id of its record once a token counted.
 * @throws Fault where anything of ours did not work; after the record was written, too: it then names a key that nobody
 *   holds a word for, and asking again makes a second record.
 */
export async function enroll(received: Received, ports: EnrolmentPorts): Promise<Answer<Enrolment>> {
  const seen = see(received, 'enroll', ports);
  const decided = await decide(seen, ports);
  if (!decided.ok) return recordRefusal(decided.refusal, seen, ports);

  const { subject, proof, device, sealed, decision } = decided.value;
  const recorded = await ports.ledger.record(
    enrolledItem(draftEnrolled(seen, { subject, proof }, device, decision, sealed.hashes)),
    { subject: subject.id, values: sealed.openings },
    spendOf(seen.writ, proof, undefined),
  );
  if (recorded === 'proof_spent') return recordRefusal({ reason: 'dpop_replayed' }, seen, ports);
  if (recorded !== 'written') throw new Fault('ledger_unavailable');

  const { publicUrl } = ports.settings;
  const { signingInput } = attestation({
    publicUrl,
    subject,
    jkt: proof.jkt,
    jwk: proof.jwk,
    now: seen.now,
    kid: ports.signer.kid,
  });
  const signature = await ports.signer.sign(new TextEncoder().encode(signingInput));
  return {
    ok: true,
    value: { client_attestation: finishJws(signingInput, signature), device, expires_in: ENROLMENT_SECONDS },
  };
}

interface Vouched {
  readonly subject: Subject;
  readonly proof: Proof;
  /** The tag of the key as Writ's own device. */
  readonly device: string;
  readonly sealed: Sealed;
  readonly decision: Decision;
}

async function decide(seen: Seen, ports: EnrolmentPorts): Promise<Outcome<Vouched>> {
  const { received, now } = seen;
  const request = parseSubjectRequest(received);
  if (!request.ok) return request;
  const context = {
    issuers: ports.policy.bundle.issuers,
    findKey: ports.findKey,
    nonceKeys: await ports.nonceKeys(),
    now,
  };

  const proof = await verifyProof(received, context);
  if (!proof.ok) return proof;
  seen.proof = proof.value;

  const subject = await verifySubject(request.value.subject_token, request.value.subject_token_type, context);
  if (!subject.ok) return subject;
  seen.subject = subject.value;
  const sealed = sealPersonal(personalOf(seen, subject.value), ports.random);
  seen.sealed = sealed;

  // A stolen ID token of this morning must not make a thief's laptop a known device.
  const { auth_time } = subject.value;
  if (now - auth_time > MAX_ENROLMENT_AUTH_AGE_SECONDS) {
    return refuse({ reason: 'subject_sign_in_too_old', auth_time, now });
  }
  const bound = await subjectBoundToDevice(
    { request: request.value, subject: subject.value, proof: proof.value, device: null },
    context,
  );
  if (!bound.ok) return bound;

  const asked = { subject: subject.value, jkt: proof.value.jkt, address: received.sourceAddress, now };
  const judged = decideEnroll(asked, sealed.hashes, ports.policy, ports.authorize);
  seen.decision = judged.decision;
  if (!judged.outcome.ok) return judged.outcome;

  // Who is blocked gets no new word of ours to show elsewhere.
  const device = identityTag(WRIT_ALIAS, proof.value.jkt);
  const { heads } = await ports.readHeads(headsOfEnrolment(subject.value.id, device), null, null);
  const over = standing(heads, now);
  if (over.state === 'revoked') return refuse({ reason: 'revoked', kind: over.kind });
  if (over.state !== 'clear') throw stoppedBy(over);
  return allow({ subject: subject.value, proof: proof.value, device, sealed, decision: judged.decision });
}
