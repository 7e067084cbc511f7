import { obtain, openAsking, sharedKey } from './asking.ts';
import { cachedSession } from './credential-cache.ts';
import type { Io } from './io.ts';
import type { WantedFlags } from './wanted.ts';

/** `writ credentials`: prints what `credential_process` expects, from the cache or by one exchange. */
export async function credentials(flags: WantedFlags, io: Io): Promise<void> {
  const asking = await openAsking(flags, io);
  const { agent, details, profile } = asking;
  const asked = { key: sharedKey(asking), for: { agent, ...details } };
  const held = await cachedSession(profile, asked, io.clock, () => obtain(asking, io));
  io.stdout.write(`${JSON.stringify(held.credentials)}\n`);
}
