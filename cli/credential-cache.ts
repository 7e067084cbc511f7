import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { CREDENTIALS } from './exchange.ts';
import { type Held, type HeldFor, usableUntil } from './held.ts';
import { withLock } from './lock.ts';
import type { Profile } from './session.ts';

const ENTRY = z.object({
  v: z.literal(2),
  writ: z.string(),
  /** Null: a run of `writ exec` has them in its memory alone. */
  credentials: z.nullable(CREDENTIALS),
  endsAt: z.number(),
  lifetime: z.number(),
  for: z.object({
    agent: z.string(),
    permission: z.string(),
    account: z.string(),
    task: z.string(),
    purpose: z.string(),
    parameters: z.record(z.string(), z.string()),
    duration: z.number(),
  }),
  /** The first writ of the run of `writ exec` that it belongs to; null: whoever asks for the same is given it. */
  run: z.nullable(z.string()),
});

/** What this device knows of a session that it got. */
export type Kept = z.output<typeof ENTRY>;

/** Milliseconds: no session is longer than an hour, and no lock than a minute; older files are left-overs. */
const FORGET_MS = 2 * 3600 * 1000;

/**
 * The session kept under this key while it is good, else the one that `obtain` gets. However many processes ask at
 * once, one obtains and the others read: SDKs do not share theirs, and would each make an exchange.
 *
 * @param key - Hex hash of everything that decides (never less: else one task is handed another's session).
 * @param clock - Milliseconds since 1970.
 * @param goodUntil - Until when a kept one is good enough; milliseconds since 1970.
 */
export async function cachedSession(
  profile: Profile,
  asked: { readonly key: string; readonly for: HeldFor },
  clock: () => number,
  obtain: () => Promise<Held>,
  goodUntil: (held: Held) => number = usableUntil,
): Promise<Held> {
  const { key } = asked;
  const kept = async (): Promise<Held | null> => {
    const entry = await profile.read(fileOf(key), ENTRY);
    if (entry === null || entry.credentials === null) return null;
    const { writ, credentials, endsAt, lifetime } = entry;
    const held = { writ, credentials, endsAt, lifetime };
    return clock() < goodUntil(held) ? held : null;
  };
  const locked = async () => {
    const theirs = await kept();
    if (theirs !== null) return theirs;
    const held = await obtain();
    await keep(profile, key, { ...held, for: asked.for, run: null });
    return held;
  };
  return (await kept()) ?? withLock(path.join(profile.locks, key), locked, kept);
}

/** Writes down a session that was got, and forgets what is long over. */
export async function keep(profile: Profile, key: string, kept: Omit<Kept, 'v'>): Promise<void> {
  await forgetOld(profile.cache);
  await forgetOld(profile.locks);
  await profile.write(fileOf(key), { v: 2, ...kept } satisfies Kept);
}

export const forget = (profile: Profile, key: string): Promise<void> =>
  rm(path.join(profile.cache, key), { force: true });

/** Every session of this device that has not ended, soonest deadline first. @param now - Milliseconds since 1970. */
export async function keptSessions(profile: Profile, now: number): Promise<readonly Kept[]> {
  const names = (await readdir(profile.cache)).filter((name) => /^(?:[0-9a-f]{64})$/.test(name));
  const entries = await Promise.all(names.map((name) => profile.read(fileOf(name), ENTRY)));
  return entries
    .flatMap((entry) => (entry !== null && entry.endsAt > now ? [entry] : []))
    .toSorted((one, other) => one.endsAt - other.endsAt);
}

const fileOf = (key: string): string => `cache/${key}`;

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
