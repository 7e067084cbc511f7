import { sha256Hex } from '../core/encoding/hash.ts';
import { jcs } from '../core/encoding/jcs.ts';
import type { Details } from '../core/request.ts';
import { checkLocalBroker } from './broker-address.ts';
import { forProfile } from './broker-failure.ts';
import { type Asker, exchange } from './exchange.ts';
import { type Held, heldFrom } from './held.ts';
import type { Io } from './io.ts';
import { freshSession, subjectOf } from './refresh.ts';
import { attestationFor, notSignedIn, openProfile, type Profile, type Session, signedIn } from './session.ts';
import { type WantedFlags, wanted } from './wanted.ts';

/** Who asks for what, on whose authority and from which device: all that decides which session comes of it. */
export interface Asking {
  readonly profile: Profile;
  /** As it was when the command began. */
  readonly session: Session;
  readonly agent: string;
  readonly details: Details;
}

/** Whole seconds by which the sign-in should outlast the session: it would shorten it otherwise (rule 7). */
const OUTLAST_SECONDS = 60;

/** @throws Failure: exit 1 where the flags do not say what is wanted, 2 where nobody is signed in. */
export async function openAsking(flags: WantedFlags, io: Io): Promise<Asking> {
  const { agent, details } = await wanted(flags, io);
  const profile = await openProfile(io, flags.profile);
  const session = await signedIn(profile);
  await checkLocalBroker(profile, session, io);
  return { profile, session, agent, details };
}

/** Under which a session of this kind is kept: two that differ in anything that decides never share one. */
export function sharedKey({ profile, session, agent, details }: Asking): string {
  const { iss, sub } = session;
  const broker = session.broker.issuer;
  return sha256Hex(jcs({ v: 1, broker, iss, sub, jkt: profile.key.jkt, agent, ...details }));
}

/** One exchange. Waits for no person. @throws Failure: exit 2 or 1 for a refusal, 4 for a fault. */
export async function obtain(asking: Asking, io: Io): Promise<Held> {
  const { profile, agent, details } = asking;
  const current = await freshSession(profile, details.duration + OUTLAST_SECONDS, io);
  checkSamePerson(asking, current);
  const asker = await askerOf(profile, current, agent, io);
  const request = { ...asker, token_endpoint: current.broker.token_endpoint, details };
  const asked = io.clock();
  return heldFrom(await forProfile(profile.name, () => exchange(request, io)), asked);
}

export const askerOf = async (profile: Profile, session: Session, agent: string, io: Io): Promise<Asker> => ({
  issuer: session.broker.issuer,
  key: profile.key,
  subject: subjectOf(session),
  actor: { agent },
  attestation: await attestationFor(profile, session, Math.floor(io.clock() / 1000)),
});

/** Who signs in later with the same profile must not be answerable for what was begun in another's name. */
function checkSamePerson({ profile, session }: Asking, current: Session): void {
  const same =
    current.iss === session.iss &&
    current.sub === session.sub &&
    current.broker.issuer === session.broker.issuer;
  if (!same) throw notSignedIn(profile.name, 'Somebody else has signed in with this profile since it began.');
}
