import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { Failure } from './failure.ts';
import { parseJson } from './json.ts';

/** Two members and no other: whoever writes a third believes that it does something. */
const TASK_FILE = z.strictObject({ task: z.optional(z.string()), purpose: z.optional(z.string()) });

/** What `.writ/task.json` says, and where that stands. */
export type TaskFile = z.output<typeof TASK_FILE> & { readonly file: string };

const MAX_FILE_BYTES = 4096;
const WORLD_WRITES = 0o002;

/**
 * The nearest `.writ/task.json`, from this folder upwards: within the project (up to the folder with `.git`), or below
 * the home folder; elsewhere in this folder alone. It comes with whatever was cloned, so it may hold words for the
 * record and nothing else, and neither a link nor somebody else's file is read: in /tmp anybody can write one.
 *
 * @param cwd - Absolute, as the system gives it: without links.
 * @returns null where there is none.
 * @throws Failure (exit 1) where the nearest one is not to be used; none further up is taken in its place.
 */
export async function findTaskFile(cwd: string, home: string): Promise<TaskFile | null> {
  for (const folder of await searched(cwd, home)) {
    const text = await readOwn(path.join(folder, '.writ'));
    if (text === null) continue;
    const file = path.join(folder, '.writ', 'task.json');
    const said = parseJson(text, TASK_FILE);
    if (said === null) throw refused(file, 'It is not {"task": "…", "purpose": "…"}, and no more than that.');
    return { ...said, file };
  }
  return null;
}

async function searched(cwd: string, home: string): Promise<readonly string[]> {
  const ownHome = await realpath(home).catch(() => home);
  const folders: string[] = [];
  for (let folder = cwd; folder !== ownHome; folder = path.dirname(folder)) {
    folders.push(folder);
    if (await exists(path.join(folder, '.git'))) return folders;
    if (folder === path.dirname(folder)) return [cwd];
  }
  return folders;
}

const exists = (place: string): Promise<boolean> =>
  lstat(place).then(
    () => true,
    () => false,
  );

async function readOwn(folder: string): Promise<string | null> {
  const found = await lstat(folder).catch(absent);
  if (found === null) return null;
  const file = path.join(folder, 'task.json');
  // Not to be followed; and a pipe with nobody at its other end must not make us wait.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw refused(file, 'It is a link.');
    return absent(error);
  });
  if (handle === null) return null;
  try {
    const stat = await handle.stat();
    if (!found.isDirectory() || !stat.isFile() || !isOwn(found) || !isOwn(stat)) {
      throw refused(file, 'File and folder must be your own, neither links nor writable by everybody.');
    }
    if (stat.size > MAX_FILE_BYTES) throw refused(file, `It is larger than ${MAX_FILE_BYTES} bytes.`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/** Windows knows neither owners nor bits. */
const isOwn = ({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean =>
  process.getuid === undefined || (uid === process.getuid() && (mode & WORLD_WRITES) === 0);

const refused = (file: string, why: string): Failure =>
  new Failure({
    exit: 1,
    error: 'task_file_refused',
    what: `${file} is not used.`,
    why,
    next: 'Mend or remove it, or say it yourself: --task and --purpose, or WRIT_TASK and WRIT_PURPOSE.',
  });
