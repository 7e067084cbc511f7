import type { Io } from './io.ts';
import { findLocalStack, localStack } from './local-file.ts';
import { notSignedIn, type Profile, readSession, type Session } from './session.ts';
import { LOCAL_PROFILE } from './state.ts';

/**
 * The broker named, the local one, or the one of the last sign-in.
 *
 * @param open - Opens the profile, which makes its folder and key: only where it is needed.
 * @returns null where none is known.
 */
export async function brokerOf(
  options: { readonly broker?: string | undefined; readonly profile: string },
  open: () => Promise<Profile>,
  io: Io,
): Promise<string | null> {
  if (options.broker !== undefined) return options.broker;
  if (options.profile === LOCAL_PROFILE) return (await localStack(io)).broker;
  return (await readSession(await open()))?.broker.issuer ?? null;
}

/** After a restart on other ports, yesterday's sign-in belongs to a broker that is gone. */
export async function checkLocalBroker(profile: Profile, session: Session, io: Io): Promise<void> {
  if (profile.name !== LOCAL_PROFILE) return;
  const stack = await findLocalStack(io);
  if (stack === null || stack.broker === session.broker.issuer) return;
  throw notSignedIn(profile.name, 'The local stack has another address since you signed in.');
}
