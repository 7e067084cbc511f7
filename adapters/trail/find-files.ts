/** Which files a trail consists of: files, folders and patterns, as they were named. */

import * as fs from 'node:fs/promises';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export interface TrailFile {
  /** As it was named, or found below what was named. */
  readonly name: string;
  /** Absolute; of a remote file its name again. */
  readonly path: string;
  readonly bytes: number;
  /** Of a file that is not on this machine. */
  readonly remote?: {
    /** @param path - Where no file is yet. */
    readonly save: (path: string) => Promise<void>;
    /** For a digest: all of it, and the signature that stands beside it. */
    readonly read: () => Promise<{ readonly bytes: Buffer; readonly signature: string | null }>;
  };
}

export interface TrailFiles {
  /** Both by name, each file once, however often it was named. */
  readonly logs: readonly TrailFile[];
  readonly digests: readonly TrailFile[];
}

/** `aws s3 sync` leaves everything of an account below AWSLogs: what is of no trail is no damage. */
const OF_ANOTHER_SERVICE = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/(?!CloudTrail)[^/]+\//;
const DIGEST = /(?:^|\/)CloudTrail-Digest\/|_CloudTrail-Digest_[^/]*$/;
/** In a folder; a file that is named itself is read whatever it is called. */
const LOG = /\.(?:json|jsonl|ndjson|log|gz)$/;

/** Whether a file below a folder or prefix is read. */
export const isOfTrail = (name: string): boolean =>
  LOG.test(name) && !/(?:^|\/)\.[^/]*$/.test(name) && !OF_ANOTHER_SERVICE.test(name);

/** By name, each file once, digests apart. */
export function sortOut(found: readonly TrailFile[]): TrailFiles {
  const sorted = found.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const once = [...new Map(sorted.toReversed().map((file) => [file.path, file])).values()].toReversed();
  return {
    logs: once.filter(({ name }) => !DIGEST.test(name)),
    digests: once.filter(({ name }) => DIGEST.test(name)),
  };
}

/**
 * @param named - Paths; a pattern where there is no such file. @param cwd - Absolute.
 * @returns each as often as it was named (`sortOut`); `missing`: the first that names nothing.
 */
export async function findTrailFiles(
  named: readonly string[],
  cwd: string,
): Promise<readonly TrailFile[] | { readonly missing: string }> {
  const found: TrailFile[] = [];
  for (const one of named) {
    const names = await filesOf(one, cwd);
    if (names === null) return { missing: one };
    for (const name of names) {
      const path = await realpath(resolve(cwd, name));
      found.push({ name, path, bytes: (await stat(path)).size });
    }
  }
  return found;
}

/** @returns `null`: there is nothing of that name. */
async function filesOf(named: string, cwd: string): Promise<readonly string[] | null> {
  const kind = await kindOf(resolve(cwd, named));
  if (kind === 'file') return [named];
  if (kind === 'folder') return below(named, cwd);
  const matches = /[*?[{]/.test(named) ? await matching(named, cwd) : [];
  if (matches.length === 0) return null;
  const files = await Promise.all(matches.map((match) => filesOf(match, cwd)));
  return files.flatMap((some) => some ?? []);
}

async function below(folder: string, cwd: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const entry of await readdir(resolve(cwd, folder), { withFileTypes: true })) {
    const name = join(folder, entry.name);
    // Hidden: half-written, or the system's own.
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) names.push(...(await below(name, cwd)));
    else if (isOfTrail(name) && (await kindOf(resolve(cwd, name))) === 'file') names.push(name);
  }
  return names;
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}

/** Node 20 has no patterns of its own: a shell has, and mostly none gets here. */
async function matching(pattern: string, cwd: string): Promise<readonly string[]> {
  if (typeof fs.glob !== 'function') return [];
  const found: string[] = [];
  for await (const match of fs.glob(pattern, { cwd })) found.push(match);
  return found;
}
