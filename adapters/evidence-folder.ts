import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LogFolder, LogStore } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';
import { MAX_EVIDENCE_OBJECT_BYTES } from '../core/limits.ts';

/** An object's path below the log: plain parts, none of them hidden, none that leads upwards. */
const OBJECT_PATH = /^(?:[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*)$/;
/** An evidence log in a folder: a laptop's, or a copy of a bucket that an auditor has been given. */
export function evidenceFolder(folder: string): LogStore & LogFolder {
  const store: LogStore & LogFolder = {
    read: async (path) => readObject(place(folder, path)),

    create: async (path, bytes) => {
      const at = place(folder, path);
      const written = await write(at, bytes);
      try {
        // Unlike a rename it does not replace what is there; and nobody ever sees half a file.
        await link(written, at);
      } catch (caught) {
        if (!isCode(caught, 'EEXIST')) throw new Fault('evidence_unavailable', { cause: caught });
        const standing = await readObject(at);
        if (standing === null || Buffer.compare(standing, bytes) !== 0) throw new Fault('evidence_forked');
      } finally {
        await unlink(written);
      }
    },

    replace: async (path, bytes, sizeIn) => {
      const at = place(folder, path);
      const standing = await readObject(at);
      if (standing !== null && sizeIn(standing) > sizeIn(bytes)) return;
      const written = await write(at, bytes);
      try {
        await rename(written, at);
      } catch (caught) {
        throw new Fault('evidence_unavailable', { cause: caught });
      }
    },

    list: async (below) => {
      const found: string[] = [];
      await collect(join(folder, below), below, found);
      return found.sort();
    },
  };
  return store;
}

/** @throws Fault `evidence_unavailable` for a path that no object can have: nothing outside the folder is ever touched. */
function place(folder: string, path: string): string {
  if (!OBJECT_PATH.test(path)) throw new Fault('evidence_unavailable');
  return join(folder, path);
}

async function readObject(path: string): Promise<Uint8Array | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    // A copy from somewhere else may hold links to what is not part of it, or a pipe that never ends.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (caught) {
    if (isCode(caught, 'ENOENT') || isCode(caught, 'ENOTDIR')) return null;
    throw new Fault('evidence_unavailable', { cause: caught });
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_EVIDENCE_OBJECT_BYTES) throw new Fault('evidence_unavailable');
    return await file.readFile();
  } catch (caught) {
    throw caught instanceof Fault ? caught : new Fault('evidence_unavailable', { cause: caught });
  } finally {
    await file.close();
  }
}

/** Writes a file of another name beside `path`, down to the disk. @returns its path. */
async function write(path: string, bytes: Uint8Array): Promise<string> {
  const temporary = join(dirname(path), `.${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return temporary;
  } catch (caught) {
    throw new Fault('evidence_unavailable', { cause: caught });
  }
}

async function collect(folder: string, below: string, found: string[]): Promise<void> {
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      // Hidden: a file that is being written, or its rest after a crash.
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await collect(join(folder, entry.name), `${below}${entry.name}/`, found);
      else found.push(`${below}${entry.name}`);
    }
  } catch (caught) {
    if (!isCode(caught, 'ENOENT')) throw new Fault('evidence_unavailable', { cause: caught });
  }
}

const isCode = (caught: unknown, code: string): boolean =>
  caught instanceof Error && 'code' in caught && caught.code === code;
