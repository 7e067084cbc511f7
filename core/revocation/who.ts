import { Fault } from '../fault.ts';
import { allow, type Outcome } from '../outcome.ts';
import type { RevocationRequest } from '../parse/revocation.ts';
import type { ExchangePorts } from '../ports.ts';
import type { Received, SubjectRequest } from '../request.ts';
import type { Seen } from '../seen.ts';
import { identityTag } from '../session/encode.ts';
import { subjectBoundToDevice } from '../tokens/bind.ts';
import { attestationsOf, verifyDevice } from '../tokens/device.ts';
import type { Device, Proof, Subject } from '../tokens/identities.ts';
import { verifyProof } from '../tokens/proof.ts';
import { verifySubject } from '../tokens/subject.ts';
import { KEY_THUMBPRINT_URI } from '../tokens/token-types.ts';
import { WRIT_ALIAS, writIssuer } from '../tokens/writ-issuer.ts';

/** Who asks, on which of three roads (decision 4). `by` is what the record calls them. */
export type Revoker =
  | {
      readonly road: 'person';
      readonly by: string;
      readonly subject: Subject;
      readonly proof: Proof;
      /** Device ids, as in the tag, that this request has shown to be theirs. */
      readonly devices: readonly string[];
    }
  /** A key, of which nothing is known but that it is here: a program that is done with its session. */
  | { readonly road: 'key'; readonly by: string; readonly proof: Proof }
  /** IAM let this identity call the route. */
  | { readonly road: 'responder'; readonly by: string };

type WhoPorts = Pick<ExchangePorts, 'findKey' | 'nonceKeys' | 'policy' | 'settings'>;

/** API Gateway's `userArn`: of an IAM user, of a role's session, of the account itself. */
const CALLER = /^arn:aws[a-z-]{0,16}:(?:iam|sts)::\d{12}:[\w+=,.@/:-]{1,256}$/;

/**
 * Finds out who asks. A signed caller needs nothing of ours; anybody else a proof; and a user's token only counts where it
 * was got for the key of that proof (rule 4a), or a leaked one could end its user's work from anywhere.
 *
 * @throws Fault `misconfigured` where IAM's route names no caller; `nonce_keys_unavailable`, `keys_unavailable`.
 */
export async function identifyRevoker(
  request: Pick<RevocationRequest, 'subject'>,
  seen: Seen,
  ports: WhoPorts,
): Promise<Outcome<Revoker>> {
  const { caller } = seen.received;
  if (caller !== undefined) {
    if (!CALLER.test(caller)) throw new Fault('misconfigured');
    return allow({ road: 'responder', by: caller });
  }
  const context = contextOf(seen, ports, await ports.nonceKeys());
  const proof = await verifyProof(seen.received, context);
  if (!proof.ok) return proof;
  seen.proof = proof.value;
  if (request.subject === null) {
    return allow({ road: 'key', by: KEY_THUMBPRINT_URI + proof.value.jkt, proof: proof.value });
  }
  return identifyPerson(request.subject, proof.value, seen, context);
}

const contextOf = (
  { now }: Seen,
  ports: WhoPorts,
  nonceKeys: Awaited<ReturnType<WhoPorts['nonceKeys']>>,
) => ({
  issuers: [...ports.policy.bundle.issuers, writIssuer(ports.settings)],
  findKey: ports.findKey,
  nonceKeys,
  now,
});

async function identifyPerson(
  request: SubjectRequest,
  proof: Proof,
  seen: Seen,
  context: ReturnType<typeof contextOf>,
): Promise<Outcome<Revoker>> {
  const { subject_token, subject_token_type } = request;
  const subject = await verifySubject(subject_token, subject_token_type, context);
  if (!subject.ok) return subject;
  seen.subject = subject.value;

  // Ending needs no device that anybody vouches for; one that is shown must be true.
  const device: Outcome<Device | null> = isDeviceShown(seen.received)
    ? await verifyDevice(seen.received, subject.value, proof, context)
    : allow(null);
  if (!device.ok) return device;
  if (device.value !== null) seen.device = device.value;

  const bound = await subjectBoundToDevice(
    { request, subject: subject.value, proof, device: device.value },
    context,
  );
  if (!bound.ok) return bound;
  const { id, alias, device_claim } = subject.value;
  return allow({
    road: 'person',
    by: id,
    subject: subject.value,
    proof,
    // A device that Writ enrolled is named by its key twice, and a table refuses to be asked for one head twice.
    devices: [
      ...new Set([
        identityTag(WRIT_ALIAS, proof.jkt),
        ...(device.value === null ? [] : [device.value.id]),
        ...(device_claim === null ? [] : [identityTag(alias, device_claim)]),
      ]),
    ],
  });
}

const isDeviceShown = (received: Received): boolean =>
  attestationsOf(received).length > 0 || received.headers['oauth-client-attestation-pop'] !== undefined;
