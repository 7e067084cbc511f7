import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure, usage } from './failure.ts';
import type { Io } from './io.ts';

export const DEFAULT_PROFILE = 'default';
/** The profile of the laptop stack: its broker, test users and AWS are found in `.writ/local.json`. */
export const LOCAL_PROFILE = 'local';
/** Names a folder, and stands unquoted in a command line. */
export const PROFILE_NAME = /^(?:[a-z0-9][a-z0-9_-]{0,31})$/;

const MAX_FILE_BYTES = 256 * 1024;
const OTHERS = 0o077;

export const checkProfileName = (name: string): string => {
  if (PROFILE_NAME.test(name)) return name;
  throw usage('A writ profile is named with lower-case letters, digits, - and _, at most 32.');
};

/** `$XDG_STATE_HOME/writ`, which may not be there. */
export function stateRoot({ env, home }: Pick<Io, 'env' | 'home'>): string {
  const base = env.XDG_STATE_HOME;
  // The XDG specification has a relative path ignored.
  return path.join(base && path.isAbsolute(base) ? base : path.join(home, '.local', 'state'), 'writ');
}

/** `$XDG_STATE_HOME/writ/<profile>`, made and checked: ours, and closed to everyone else. */
export async function profileFolder(io: Pick<Io, 'env' | 'home'>, profile: string): Promise<string> {
  const root = stateRoot(io);
  // As the XDG specification asks of whoever makes this folder.
  await mkdir(path.dirname(root), { recursive: true, mode: 0o700 });
  await closedFolder(root);
  return closedFolder(path.join(root, checkProfileName(profile)));
}

/** Makes a folder that only its owner can enter. */
export async function closedFolder(folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || isOpen(found)) throw tooOpen(folder, 'chmod 700');
  return folder;
}

/** @returns the file's text, or null where there is none. @throws Failure where others could read or own it. */
export async function readPrivate(file: string): Promise<string | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      if (error.code === 'ELOOP') throw tooOpen(file, 'rm');
      throw error;
    },
  );
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > MAX_FILE_BYTES || isOpen(found)) throw tooOpen(file, 'chmod 600');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Replaces a file whole: a reader sees the old text or the new, and a crash leaves one of them. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await replaceFile(file, text, 0o600);
}

/** The same for a file of other people's making, whose mode it keeps. @param mode - Permission bits. */
export async function replaceFile(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Group or world may do something, or someone else owns it. Windows knows neither bits nor owners. */
const isOpen = (found: { readonly mode: number; readonly uid: number }): boolean =>
  process.getuid !== undefined && ((found.mode & OTHERS) !== 0 || found.uid !== process.getuid());

const tooOpen = (place: string, command: string): Failure =>
  new Failure({
    exit: 1,
    error: 'state_unsafe',
    what: 'A file of writ is not safe to use.',
    why: `${place} must be yours alone, and neither a link nor readable by others.`,
    next: `${command} '${place}', or remove it and sign in again.`,
  });
