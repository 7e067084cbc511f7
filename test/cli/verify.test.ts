import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { commit } from '../../core/archive/commit.ts';
import { tamperLeaf } from '../../core/archive/leaf.ts';
import { type EvidenceBundle, formatBundle } from '../../core/evidence/bundle-file.ts';
import { nodeReader } from '../../core/evidence/node-reader.ts';
import { proveInclusion } from '../../core/evidence/proofs.ts';
import { formatTlogProof } from '../../core/evidence/tlog-proof.ts';
import { NOW } from '../support/clock.ts';
import {
  commitPorts,
  numberedLeaves,
  ORIGIN,
  testSigner,
  vkeyOf,
  writtenLog,
} from '../support/evidence-log.ts';
import { newWorld, type World } from './world.ts';

const SIZE = 260;
const VKEY = vkeyOf(testSigner());

/** A home with a log in `log`, its key in `log.vkey`, and an earlier checkpoint in `before`. */
let world: World;
let at: (file: string) => string;
beforeEach(async () => {
  world = await newWorld();
  at = (file) => join(world.home, file);
  const log = evidenceFolder(at('log'));
  const ports = commitPorts({ log });
  await commit(numberedLeaves(100), ports);
  await writeFile(at('before'), (await log.read('checkpoint')) ?? '');
  await commit(numberedLeaves(SIZE - 100, 100), ports);
  await writeFile(at('log.vkey'), `${VKEY}\n`);
});

async function spoil(path: string): Promise<void> {
  const bytes = await readFile(at(`log/${path}`));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await writeFile(at(`log/${path}`), bytes);
}
async function receiptOf(index: number): Promise<{ readonly body: string; readonly receipt: string }> {
  const log = evidenceFolder(at('log'));
  const proof = await proveInclusion(index, SIZE, nodeReader(log, SIZE));
  const checkpoint = (await log.read('checkpoint')) ?? new Uint8Array();
  return {
    body: numberedLeaves(1, index)[0]?.body ?? '',
    receipt: formatTlogProof({ index, proof, checkpoint }),
  };
}
async function bundle(change: Partial<EvidenceBundle> = {}): Promise<void> {
  const checkpoint = await readFile(at('log/checkpoint'), 'utf8');
  const records = [await receiptOf(3), await receiptOf(259)];
  const whole = { format: 'writ-evidence-bundle/v1', vkey: VKEY, checkpoint, records, ...change } as const;
  await writeFile(at('bundle.json'), formatBundle(whole));
}

describe('a log', () => {
  test('that holds: each check in a line, and exit 0', async () => {
    const ran = await world.writ(['verify', 'log', '--key', 'log.vkey', '--since', 'before']);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(ran.stdout.replace(/root .*\n/, '')).toBe(
      `log      ${ORIGIN}\n` +
        `size     ${SIZE} leaves\n` +
        `key      ${VKEY.slice(0, VKEY.lastIndexOf('+'))}\n` +
        '\n' +
        'ok       the checkpoint is signed by the key, and names its log\n' +
        `ok       ${SIZE} leaves: each hashes to its tile, and the tiles to the signed root\n` +
        'ok       5 partial tiles and bundles: each the beginning of what it became\n' +
        'ok       2 segments: bytes as named, lines as the leaves, none left out\n' +
        'ok       2 kept checkpoints: signed, and beginnings of this log\n' +
        'ok       the earlier checkpoint is a beginning of this log\n' +
        '\n' +
        `records  ${SIZE} key\n` +
        '         0 more than once, 0 no record of this release, 0 not proven\n' +
        'All of it holds.\n',
    );
  });

  test('of which something does not: named, and exit 2', async () => {
    await spoil('tile/entries/000');
    const ran = await world.writ(['verify', 'log', '--key', VKEY]);
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/^FAILED {3}.*leaves.*\n {11}tile\/entries\/000: /m);
    expect(ran.stdout).toContain('Not all of it holds');
  });

  test('without a key from elsewhere: said, whatever it finds', async () => {
    await writeFile(at('log/log.vkey'), VKEY);
    const ran = await world.writ(['verify', 'log']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stderr).toMatch(/^warning: the key came with the evidence: .* not whose log this is/);
  });

  test('with the key of another log: exit 2', async () => {
    const ran = await world.writ(['verify', 'log', '--key', vkeyOf(testSigner(2))]);
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toContain('checkpoint: not signed by the key, or changed since');
  });

  test('as JSON: one line, with what a program asks', async () => {
    await spoil('checkpoints/000000000100');
    const ran = await world.writ(['verify', 'log', '--key', VKEY, '--json']);
    expect(ran.stdout.split('\n')).toHaveLength(2);
    const told = JSON.parse(ran.stdout);
    expect(told).toMatchObject({
      holds: false,
      size: SIZE,
      key_from_the_log: false,
      counts: { leaves: SIZE },
    });
    expect(told.checks.filter(({ holds }: { holds: boolean }) => !holds)).toMatchObject([
      { name: 'checkpoints', flaws: [{ where: 'checkpoints/000000000100' }] },
    ]);
  });

  test('with a receipt of it, or of another', async () => {
    await writeFile(at('r'), (await receiptOf(7)).receipt);
    const argv = ['verify', 'log', '--key', VKEY, '--receipt', 'r'];
    expect(await world.writ(argv)).toMatchObject({ exit: 0 });
    await writeFile(at('r'), (await receiptOf(7)).receipt.replace('index 7', 'index 8'));
    expect(await world.writ(argv)).toMatchObject({ exit: 2 });
  });

  test('whose ledger was tampered with holds, and says so', async () => {
    const log = evidenceFolder(at('tampered'));
    const leaf = tamperLeaf({ pk: 'WRIT#x', sk: 'y' }, 'removed', { at: NOW, before: null, after: null });
    await commit([leaf], commitPorts({ log }));
    const ran = await world.writ(['verify', 'tampered', '--key', VKEY]);
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toMatch(/^warning: 1 leaves say that the ledger was changed/m);
  });

  test('of a laptop is no evidence', async () => {
    const origin = 'local.invalid/evidence/1';
    await commit(numberedLeaves(1), commitPorts({ log: evidenceFolder(at('local')), origin }));
    const ran = await world.writ(['verify', 'local', '--key', vkeyOf(testSigner(), origin)]);
    expect(ran.stdout).toContain('LOCAL, NOT EVIDENCE');
  });

  test('tells how far it is on a terminal alone, and cleans up', async () => {
    let shown = '';
    const stderr = { write: (text: string) => (shown += text), isTerminal: true };
    await world.writ(['verify', 'log', '--key', VKEY], { stderr });
    expect(shown).toContain('\r\u001b[Ktree: 100 %  (260)');
    expect(shown.endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('a log in a bucket', () => {
  const s3 = mockClient(S3Client);
  beforeEach(() => s3.reset());

  test('holds as it does in a folder, below a prefix', async () => {
    const { log } = await writtenLog(SIZE);
    s3.on(ListObjectsV2Command).callsFake(({ Prefix = '' }) => ({
      Contents: [...log.objects.keys()]
        .map((path) => ({ Key: `a/b/${path}` }))
        .filter(({ Key }) => Key.startsWith(Prefix)),
    }));
    s3.on(GetObjectCommand).callsFake(({ Key = '' }) => {
      const bytes = log.objects.get(Key.replace('a/b/', ''));
      if (bytes === undefined) throw new NoSuchKey({ message: '', $metadata: {} });
      return { Body: { transformToByteArray: () => Promise.resolve(bytes) }, ContentLength: bytes.length };
    });
    const ran = await world.writ(['verify', 's3://evidence/a/b', '--key', VKEY, '--json']);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({ holds: true, counts: { leaves: SIZE } });
    log.objects.delete('tile/0/000');
    expect(await world.writ(['verify', 's3://evidence/a/b/', '--key', VKEY])).toMatchObject({ exit: 2 });
  });

  test.each(['AccessDenied', 'CredentialsProviderError', 'NoSuchBucket'])(
    '%s: unreadable, which is not “does not hold”',
    async (name) => {
      s3.onAnyCommand().rejects(Object.assign(new Error('secret text'), { name }));
      const ran = await world.writ(['verify', 's3://evidence', '--key', VKEY]);
      expect({ exit: ran.exit, stdout: ran.stdout }).toEqual({ exit: 4, stdout: '' });
      expect(ran.stderr).not.toContain('secret text');
    },
  );
});

describe('what cannot be read, or was not meant', () => {
  test.each([
    ['no folder, no file', ['verify', 'nowhere', '--key', VKEY], 1],
    ['no place at all', ['verify'], 1],
    ['no key', ['verify', 'log'], 1],
    ['a key that is none', ['verify', 'log', '--key', 'before'], 1],
    ['a key that is neither', ['verify', 'log', '--key', 'nothing'], 1],
    ['no S3 URL', ['verify', 's3://B/', '--key', VKEY], 1],
    ['a folder without a log', ['verify', '.', '--key', VKEY], 4],
    ['a file that is no bundle', ['verify', 'before', '--key', VKEY], 4],
    ['a receipt without a key', ['verify', 'before', '--receipt', 'before'], 1],
    ['a record compared with a log', ['verify', 'before', '--since', 'before', '--key', VKEY], 1],
    ['an earlier checkpoint that is not there', ['verify', 'log', '--since', 'nothing', '--key', VKEY], 1],
  ])('%s', async (_, argv, exit) => {
    const ran = await world.writ(argv);
    expect({ exit: ran.exit, stdout: ran.stdout }).toEqual({ exit, stdout: '' });
    expect(ran.stderr).toMatch(/^writ: /);
  });
});

describe('a record and its receipt, offline', () => {
  test('holds, with or without a line end after the body', async () => {
    const { body, receipt } = await receiptOf(42);
    await writeFile(at('receipt'), receipt);
    for (const text of [body, `${body}\n`]) {
      await writeFile(at('record.json'), text);
      const ran = await world.writ(['verify', 'record.json', '--receipt', 'receipt', '--key', 'log.vkey']);
      expect(ran).toMatchObject({ exit: 0, stderr: '' });
      expect(ran.stdout).toContain(`ok       key: leaf 42 of ${SIZE}\n`);
    }
  });

  test('of another record does not', async () => {
    await writeFile(at('record.json'), (await receiptOf(41)).body);
    await writeFile(at('receipt'), (await receiptOf(42)).receipt);
    const ran = await world.writ(['verify', 'record.json', '--receipt', 'receipt', '--key', VKEY]);
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toContain('its receipt is not of this record');
  });
});

describe('a bundle, offline', () => {
  test('holds, with a key from elsewhere or, said, its own', async () => {
    await bundle();
    const ran = await world.writ(['verify', 'bundle.json', '--key', VKEY]);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(ran.stdout).toContain('ok       key: leaf 259 of 260\nEach record is in the log.\n');
    expect(await world.writ(['verify', 'bundle.json'])).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/^warning: /),
    });
    expect(JSON.parse((await world.writ(['verify', 'bundle.json', '--json'])).stdout)).toMatchObject({
      holds: true,
      key_from_the_log: true,
      records: [{ type: 'key', index: 3, flaw: null }, { index: 259 }],
    });
  });

  test.each([
    ['a body changed', async () => ({ records: [{ ...(await receiptOf(3)), body: '{"v":1}' }] })],
    [
      'receipts exchanged',
      async () => ({ records: [{ ...(await receiptOf(3)), receipt: (await receiptOf(4)).receipt }] }),
    ],
    ['another checkpoint than it names', async () => ({ checkpoint: await readFile(at('before'), 'utf8') })],
  ])('%s', async (_, change) => {
    await bundle(await change());
    expect(await world.writ(['verify', 'bundle.json', '--key', VKEY])).toMatchObject({ exit: 2 });
  });

  test('with a field that it does not have is none', async () => {
    await bundle();
    const text = await readFile(at('bundle.json'), 'utf8');
    await writeFile(at('bundle.json'), text.replace('{', '{"verdict":"ATTRIBUTED",'));
    expect(await world.writ(['verify', 'bundle.json', '--key', VKEY])).toMatchObject({ exit: 4 });
  });
});
