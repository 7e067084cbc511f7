import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { commit } from '../../core/archive/commit.ts';
import { signCheckpoint, sizeUnder } from '../../core/evidence/checkpoint.ts';
import { verifyLog } from '../../core/evidence/verify.ts';
import { MAX_EVIDENCE_OBJECT_BYTES } from '../../core/limits.ts';
import { commitPorts, keyFor, numberedLeaves, ORIGIN, testSigner } from '../support/evidence-log.ts';

const sizeIn = sizeUnder(keyFor(testSigner()));
const bytes = (text: string) => Buffer.from(text);

async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'writ-evidence-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, log: evidenceFolder(folder) };
}

test('what was created is read, and what was not is null', async () => {
  const { log } = await newFolder();
  await log.create('tile/0/x001/234.p/5', bytes('hello'), 'partial');
  expect(await log.read('tile/0/x001/234.p/5')).toEqual(bytes('hello'));
  expect(await log.read('tile/0/000')).toBeNull();
  expect(await log.read('tile/0/x001/234.p/5/6')).toBeNull();
});

test('the same bytes again are success, others are a fork and change nothing', async () => {
  const { log, folder } = await newFolder();
  await log.create('segments/a.jsonl', bytes('one'), 'evidence');
  await log.create('segments/a.jsonl', bytes('one'), 'evidence');
  await expect(log.create('segments/a.jsonl', bytes('two'), 'evidence')).rejects.toThrow('evidence_forked');
  expect(await log.read('segments/a.jsonl')).toEqual(bytes('one'));
  expect(await readdir(join(folder, 'segments'))).toEqual(['a.jsonl']);
});

test('a checkpoint replaces one of as many leaves or fewer, never one of more', async () => {
  const { log } = await newFolder();
  const of = (size: number) =>
    signCheckpoint({ origin: ORIGIN, size, root: new Uint8Array(32) }, testSigner());
  for (const size of [2, 5, 3]) await log.replace('checkpoint', await of(size), sizeIn);
  expect(await log.read('checkpoint')).toEqual(await of(5));
});

test('one that another key signed holds nobody up, whatever size it says', async () => {
  const { log, folder } = await newFolder();
  const of = (size: number, seed: number) =>
    signCheckpoint({ origin: ORIGIN, size, root: new Uint8Array(32) }, testSigner(seed));
  await writeFile(join(folder, 'checkpoint'), await of(900, 2));
  await log.replace('checkpoint', await of(3, 1), sizeIn);
  expect(await log.read('checkpoint')).toEqual(await of(3, 1));
});

test('lists what lies below a folder, sorted; not what is being written', async () => {
  const { log, folder } = await newFolder();
  for (const path of ['tile/1/000', 'tile/0/001', 'tile/0/000.p/7', 'segments/b.jsonl']) {
    await log.create(path, bytes(path), 'evidence');
  }
  await writeFile(join(folder, 'tile/0/.unfinished'), '');
  expect(await log.list('tile/')).toEqual(['tile/0/000.p/7', 'tile/0/001', 'tile/1/000']);
  expect(await log.list('checkpoints/')).toEqual([]);
});

describe('nothing outside the folder is touched', () => {
  test.each([
    '../secret',
    'tile/../../secret',
    '/etc/passwd',
    'tile//0',
    '.hidden',
    'tile/.',
    'a\0b',
    'tile/0\n',
    '',
  ])('%j', async (path) => {
    const { log } = await newFolder();
    await expect(log.read(path)).rejects.toThrow('evidence_unavailable');
    await expect(log.create(path, bytes('x'), 'none')).rejects.toThrow('evidence_unavailable');
  });

  test('by a link that came with a copy', async () => {
    const { log, folder } = await newFolder();
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(folder, 'checkpoint'));
    await expect(log.read('checkpoint')).rejects.toThrow('evidence_unavailable');
  });
});

test('neither a folder nor a pipe is waited for, and nothing endless is read', async () => {
  const { log, folder } = await newFolder();
  await mkdir(join(folder, 'tile'));
  await expect(log.read('tile')).rejects.toThrow('evidence_unavailable');
  spawnSync('mkfifo', [join(folder, 'checkpoint')]);
  await expect(log.read('checkpoint')).rejects.toThrow('evidence_unavailable');
  await writeFile(join(folder, 'vast'), '');
  await truncate(join(folder, 'vast'), MAX_EVIDENCE_OBJECT_BYTES + 1);
  await expect(log.read('vast')).rejects.toThrow('evidence_unavailable');
});

test('a log that is written into a folder holds', async () => {
  const { log, folder } = await newFolder();
  const ports = commitPorts({ log });
  await commit(numberedLeaves(300), ports);
  await commit(numberedLeaves(5, 300), ports);
  expect((await verifyLog(evidenceFolder(folder), keyFor(testSigner()))).holds).toBe(true);
  expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toMatch(
    /^broker\.example\.com\/evidence\/test\n305\n/,
  );
});
