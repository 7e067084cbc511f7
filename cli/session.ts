import path from 'node:path';
import * as z from 'zod/mini';
import { type DeviceKey, loadDeviceKey } from './device-key.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { METADATA } from './metadata.ts';
import { seal, unseal } from './seal.ts';
import { closedFolder, LOCAL_PROFILE, profileFolder, readPrivate, writePrivate } from './state.ts';

const CLIENT = z.object({ issuer: z.string(), client_id: z.string() });

const SESSION = z.object({
  v: z.literal(1),
  broker: METADATA,
  /** Where the user signed in. */
  client: CLIENT,
  iss: z.string(),
  sub: z.string(),
  /** NumericDate of the sign-in itself. */
  auth_time: z.number(),
  id_token: z.string(),
  /** NumericDate. */
  exp: z.number(),
  /** Whether `id_token` has our nonce; a refreshed one may lack it. */
  has_nonce: z.boolean(),
  refresh_token: z.nullable(z.string()),
  rnd: z.string(),
  /** The ID token of the sign-in. */
  first: z.string(),
});

/** One person signed in at one broker from this device. */
export type Session = z.output<typeof SESSION>;

const ATTESTATION = z.object({
  v: z.literal(1),
  client_attestation: z.string(),
  iss: z.string(),
  sub: z.string(),
  broker: z.string(),
  /** How the broker names this device. */
  device: z.optional(z.string()),
  /** NumericDate. */
  exp: z.number(),
});

type StoredAttestation = z.output<typeof ATTESTATION>;

/** A profile's folder, opened: the key in the clear, everything else sealed with it. */
export interface Profile {
  readonly name: string;
  readonly key: DeviceKey;
  /** Folder of its cache, and of its locks. */
  readonly cache: string;
  readonly locks: string;
  readonly read: <T extends z.ZodMiniType>(file: string, shape: T) => Promise<z.output<T> | null>;
  readonly write: (file: string, value: unknown) => Promise<void>;
}

export async function openProfile(io: Pick<Io, 'env' | 'home'>, name: string): Promise<Profile> {
  const folder = await profileFolder(io, name);
  const key = await loadDeviceKey(folder);
  const at = (file: string) => path.join(folder, file);
  return {
    name,
    key,
    cache: await closedFolder(at('cache')),
    locks: await closedFolder(at('locks')),
    read: async (file, shape) => {
      const sealed = await readPrivate(at(file));
      const text = sealed === null ? null : unseal(key.privateJwk, file, sealed);
      // What does not open or fit is as good as absent: it can always be asked for again.
      return text === null ? null : parseJson(text, shape);
    },
    write: (file, value) => writePrivate(at(file), seal(key.privateJwk, file, JSON.stringify(value))),
  };
}

export const readSession = (profile: Profile): Promise<Session | null> => profile.read('session', SESSION);
export const writeSession = (profile: Profile, session: Session): Promise<void> =>
  profile.write('session', session);

export async function signedIn(profile: Profile): Promise<Session> {
  const session = await readSession(profile);
  if (session !== null) return session;
  throw notSignedIn(profile.name, `Nobody has signed in with the profile ${profile.name} on this device.`);
}

/** @param why - One sentence. */
export const notSignedIn = (profile: string, why: string): Failure =>
  new Failure({
    exit: 2,
    error: 'login_required',
    what: 'You are not signed in.',
    why,
    next: `writ login --profile ${profile}${profile === LOCAL_PROFILE ? ' --as alice' : ''}`,
    reason_code: 'not_signed_in',
    remedy: 'login',
  });

/** The device's attestation if it still holds for this user at this broker; else null. @param now - NumericDate. */
export async function attestationFor(
  profile: Profile,
  session: Session,
  now: number,
): Promise<string | null> {
  return (await enrolmentOf(profile, session, now))?.client_attestation ?? null;
}

/** The same with all that is known of it. */
export async function enrolmentOf(
  profile: Profile,
  session: Session,
  now: number,
): Promise<StoredAttestation | null> {
  const held = await profile.read('attestation', ATTESTATION);
  if (held === null || held.exp <= now) return null;
  const same = held.iss === session.iss && held.sub === session.sub && held.broker === session.broker.issuer;
  return same ? held : null;
}

export const writeAttestation = (profile: Profile, attestation: StoredAttestation): Promise<void> =>
  profile.write('attestation', attestation);
