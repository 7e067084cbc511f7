import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { CREDENTIALS, type Issued } from './exchange.ts';
import { withLock } from './lock.ts';
import type { Profile } from './session.ts';

const ENTRY = z.object({
  v: z.literal(1),
  writ: z.string(),
  credentials: CREDENTIALS,
  /** Milliseconds since 1970, by this machine's clock. */
  useUntil: z.number(),
});

/** Credentials are not handed out in their last seconds; of short ones, not in their last quarter. */
const MARGIN_SECONDS = 30;
/** Milliseconds: no session is longer than an hour, and no lock than a minute; older files are left-overs. */
const FORGET_MS = 2 * 3600 * 1000;

/**
 * The credentials kept under this key while they are good, else those that `obtain` gets. However many processes
 * ask at once, one obtains and the others read: SDKs do not share theirs, and would each make an exchange.
 *
 * @param key - Hex hash of everything that decides (never less: else one task is handed another's session).
 * @param clock - Milliseconds since 1970.
 */
export async function cachedCredentials(
  profile: Profile,
  key: string,
  clock: () => number,
  obtain: () => Promise<Issued>,
): Promise<Issued['credentials']> {
  const file = `cache/${key}`;
  const kept = async () => {
    const entry = await profile.read(file, ENTRY);
    return entry !== null && clock() < entry.useUntil ? entry.credentials : null;
  };
  return (
    (await kept()) ??
    withLock(path.join(profile.locks, key), async () => {
      const theirs = await kept();
      if (theirs !== null) return theirs;
      const asked = clock();
      const { writ, credentials, expires_in } = await obtain();
      const margin = Math.min(MARGIN_SECONDS, expires_in / 4);
      // Counted from before the request, so that a slow answer or a foreign clock cannot make them last longer.
      const useUntil = asked + (expires_in - margin) * 1000;
      await forgetOld(profile.cache);
      await forgetOld(profile.locks);
      await profile.write(file, { v: 1, writ, credentials, useUntil });
      return credentials;
    })
  );
}

async function forgetOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const age = await stat(file).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > FORGET_MS) await rm(file, { force: true });
  }
}
