import * as z from 'zod/mini';
import { askBroker, type Network } from './broker.ts';
import { answerMalformed, forProfile } from './broker-failure.ts';
import type { DeviceKey } from './device-key.ts';
import { type SubjectShown, subjectForm } from './exchange.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { freshSession, subjectOf } from './refresh.ts';
import { openProfile, writeAttestation } from './session.ts';

/** An enrolment is asked for with at least this much of the sign-in left, whole seconds. */
const LEAST_SECONDS = 30;

/** `writ enroll`: makes this device known to the broker as its user's, for a day. */
export async function enroll(
  options: { readonly profile: string; readonly json?: boolean },
  io: Io,
): Promise<void> {
  const profile = await openProfile(io, options.profile);
  const session = await freshSession(profile, LEAST_SECONDS, io);
  const request = {
    endpoint: session.broker.writ_enrolment_endpoint,
    key: profile.key,
    subject: subjectOf(session),
  };
  const { client_attestation, device, expires_in } = await forProfile(profile.name, () =>
    requestEnrolment(request, io),
  );
  await writeAttestation(profile, {
    v: 1,
    client_attestation,
    iss: session.iss,
    sub: session.sub,
    broker: session.broker.issuer,
    device,
    exp: Math.floor(io.clock() / 1000) + expires_in,
  });
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ profile: profile.name, device, expires_in })}\n`
      : `This device is enrolled as ${printable(device)}, for ${Math.round(expires_in / 3600)} h.\n`,
  );
}

/** What `POST /enroll` answers. */
export type Enrolment = z.output<typeof ENROLMENT>;

const ENROLMENT = z.object({
  /** Signed by the broker's key: which device this is, and whose. */
  client_attestation: z.string().check(z.regex(/^(?:[\w-]{1,4096}\.[\w-]{1,8192}\.[\w-]{1,1024})$/)),
  /** `writ:<jkt>`. */
  device: z.string().check(z.regex(/^(?:[\x21-\x7e]{1,256})$/)),
  /** Whole seconds. */
  expires_in: z.number().check(z.int(), z.positive()),
});

/** `POST /enroll`: a fresh sign-in and a proof of the key become an attestation for that key (architecture, section 3). */
export async function requestEnrolment(
  request: { readonly endpoint: string; readonly key: DeviceKey; readonly subject: SubjectShown },
  network: Network,
): Promise<Enrolment> {
  const { endpoint, key, subject } = request;
  const form = async () => new URLSearchParams(subjectForm(subject));
  const answer = await askBroker({ endpoint, key, attestation: null, form }, network);
  const enrolment = parseJson(answer, ENROLMENT);
  if (enrolment === null) throw answerMalformed('The broker gave no attestation.');
  return enrolment;
}
