import { enrol } from './enrolment.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';
import { forProfile } from './profile-failure.ts';
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
  const { client_attestation, device, expires_in } = await forProfile(profile.name, () => enrol(request, io));
  await writeAttestation(profile, {
    v: 1,
    client_attestation,
    iss: session.iss,
    sub: session.sub,
    broker: session.broker.issuer,
    exp: Math.floor(io.clock() / 1000) + expires_in,
  });
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ profile: profile.name, device, expires_in })}\n`
      : `This device is enrolled as ${printable(device)}, for ${Math.round(expires_in / 3600)} h.\n`,
  );
}
