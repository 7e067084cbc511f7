import { chmod, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadDeviceKey, newDeviceKey } from '../../cli/device-key.ts';
import { Failure } from '../../cli/failure.ts';
import { withLock } from '../../cli/lock.ts';
import { seal, unseal } from '../../cli/seal.ts';
import { closedFolder, readPrivate, writePrivate } from '../../cli/state.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'writ-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

describe('private files', () => {
  test('come back as written, and leave nothing beside them', async () => {
    await writePrivate(at('a'), 'one');
    await writePrivate(at('a'), 'two');
    expect(await readPrivate(at('a'))).toBe('two');
    expect(await readPrivate(at('none'))).toBeNull();
    expect(await readdir(folder)).toEqual(['a']);
  });

  test.each([0o640, 0o604, 0o620])('are refused where others may do something (%o)', async (mode) => {
    await writePrivate(at('a'), 'text');
    await chmod(at('a'), mode);
    await expect(readPrivate(at('a'))).rejects.toThrow(Failure);
  });

  test('are refused where they are links, and so are folders', async () => {
    await writePrivate(at('a'), 'text');
    await symlink(at('a'), at('link'));
    await expect(readPrivate(at('link'))).rejects.toThrow(Failure);
    await symlink(folder, at('folder'));
    await expect(closedFolder(at('folder'))).rejects.toThrow(Failure);
  });

  test('a folder that others can enter is refused', async () => {
    await closedFolder(at('sub'));
    await chmod(at('sub'), 0o755);
    await expect(closedFolder(at('sub'))).rejects.toThrow(Failure);
  });
});

describe('the device key', () => {
  test('is made once, however many ask', async () => {
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadDeviceKey(folder)));
    expect(new Set(keys.map(({ jkt }) => jkt)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['device-key.json']);
  });

  test('is not silently replaced where it is damaged', async () => {
    await writePrivate(at('device-key.json'), '{}');
    await expect(loadDeviceKey(folder)).rejects.toThrow(Failure);
  });
});

describe('sealing', () => {
  test('opens for the same device and name only', async () => {
    const [mine, other] = [await newDeviceKey(), await newDeviceKey()];
    const sealed = seal(mine.privateJwk, 'session', 'secret');
    expect(sealed).not.toContain('secret');
    expect(unseal(mine.privateJwk, 'session', sealed)).toBe('secret');
    expect(unseal(other.privateJwk, 'session', sealed)).toBeNull();
    expect(unseal(mine.privateJwk, 'attestation', sealed)).toBeNull();
    expect(unseal(mine.privateJwk, 'session', `${sealed.slice(0, -4)}AAAA`)).toBeNull();
    expect(unseal(mine.privateJwk, 'session', '')).toBeNull();
  });
});

describe('the lock', () => {
  test('lets one in at a time, and is gone afterwards', async () => {
    let inside = 0;
    let most = 0;
    const work = () =>
      withLock(at('lock'), async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise(setImmediate);
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is not waited for where what its holder has done is all that was wanted', async () => {
    await writeFile(at('lock'), `${process.pid} other`);
    expect(
      await withLock(
        at('lock'),
        async () => 'mine',
        async () => 'theirs',
      ),
    ).toBe('theirs');
    expect(await readdir(folder)).toEqual(['lock']);
  });

  test('is freed where the work fails', async () => {
    await expect(withLock(at('lock'), () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await withLock(at('lock'), async () => 'free')).toBe('free');
  });

  // Linux has no process with so high a number (PID_MAX_LIMIT is 2^22).
  test.each(['4194305 gone', 'nonsense', '-1 group', ''])(
    'of a holder that is gone (%j) is broken',
    async (content) => {
      await writeFile(at('lock'), content);
      expect(await withLock(at('lock'), async () => 'mine')).toBe('mine');
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('of a process that lives, but has held it for over a minute, is broken', async () => {
    await writeFile(at('lock'), `${process.pid} other`);
    const longAgo = new Date(Date.now() - 61_000);
    await utimes(at('lock'), longAgo, longAgo);
    expect(await withLock(at('lock'), async () => 'mine')).toBe('mine');
  });

  test('of a successor is not freed by the one that was taken for gone', async () => {
    await withLock(at('lock'), () => writeFile(at('lock'), '1 successor'));
    expect(await readdir(folder)).toEqual(['lock']);
  });
});
