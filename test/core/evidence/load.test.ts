import { describe, expect, test } from 'vitest';
import { base64 } from '../../../core/encoding/base64.ts';
import { signCheckpoint } from '../../../core/evidence/checkpoint.ts';
import { loadLeaves, openLog } from '../../../core/evidence/load.ts';
import { append, leafHash, rootOf } from '../../../core/evidence/merkle.ts';
import { signNote } from '../../../core/evidence/note.ts';
import { decodeBundle, encodeBundle } from '../../../core/evidence/tiles.ts';
import { NOW } from '../../support/clock.ts';
import {
  keyFor,
  type MemoryLog,
  memoryLog,
  ORIGIN,
  testSigner,
  writtenLog,
} from '../../support/evidence-log.ts';

const SIZE = 600;
const { log: WHOLE, key } = await writtenLog(SIZE, [100, 1, 37]);

/** The log with some objects changed; `null`: taken away. */
function changed(objects: {
  readonly [path: string]: ((bytes: Uint8Array) => Uint8Array) | null;
}): MemoryLog {
  const log = memoryLog(new Map(WHOLE.objects));
  for (const [path, change] of Object.entries(objects)) {
    const bytes = log.objects.get(path);
    if (bytes === undefined) throw new Error(`${path} is not there`);
    if (change === null) log.objects.delete(path);
    else log.objects.set(path, change(Uint8Array.from(bytes)));
  }
  return log;
}
const flip = (at: number) => (bytes: Uint8Array) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};
const unproven = (leaves: readonly { readonly index: number; readonly proven: boolean }[]) =>
  leaves.filter(({ proven }) => !proven).map(({ index }) => index);

test('a whole log: every leaf is proven, and says what it is', async () => {
  const { leaves, facts } = await loadLeaves(WHOLE, key);
  expect(leaves.map(({ index }) => index)).toEqual(Array.from({ length: SIZE }, (_, at) => at));
  expect(unproven(leaves)).toEqual([]);
  expect(leaves[42]?.record).toMatchObject({ type: 'key', accessKeyId: 'ASIATEST000000000042' });
  expect(leaves[42]?.leaf).toBe(Buffer.from(leafHash(Buffer.from(leaves[42]?.body ?? ''))).toString('hex'));
  const root = base64(
    rootOf(
      append(
        [],
        0,
        leaves.map(({ body }) => leafHash(Buffer.from(body))),
      ),
    ),
  );
  const { name, id } = key;
  expect(facts).toEqual({
    origin: ORIGIN,
    size: SIZE,
    root,
    key: `${name}+${Buffer.from(id).toString('hex')}`,
    from: NOW,
    to: NOW + SIZE - 1,
    local: false,
    flaws: [],
  });
});

test('a log of a laptop says so', async () => {
  const local = await writtenLog(1, [1], { origin: 'local.invalid/evidence/1' });
  expect((await loadLeaves(local.log, local.key)).facts).toMatchObject({ local: true, flaws: [] });
});

test('where a partial tile and bundle have expired, the full ones stand for them', async () => {
  // The checkpoint of 137 leaves beside the tiles of 600.
  const log = memoryLog(new Map(WHOLE.objects));
  log.objects.set('checkpoint', log.objects.get('checkpoints/000000000138') ?? new Uint8Array());
  for (const path of log.objects.keys()) if (path.includes('000.p/')) log.objects.delete(path);
  const { leaves, facts } = await loadLeaves(log, key);
  expect([leaves.length, unproven(leaves), facts.flaws]).toEqual([138, [], []]);
});

test('an empty log has no leaves, and the root of nothing', async () => {
  const empty = memoryLog();
  const checkpoint = await signCheckpoint({ origin: ORIGIN, size: 0, root: rootOf([]) }, testSigner());
  empty.objects.set('checkpoint', checkpoint);
  expect(await loadLeaves(empty, key)).toMatchObject({
    leaves: [],
    facts: { size: 0, from: null, flaws: [] },
  });
  empty.objects.set(
    'checkpoint',
    await signCheckpoint({ origin: ORIGIN, size: 0, root: new Uint8Array(32) }, testSigner()),
  );
  expect((await loadLeaves(empty, key)).facts.flaws).toHaveLength(1);
});

test('without a checkpoint there is no log', async () => {
  await expect(loadLeaves(changed({ checkpoint: null }), key)).rejects.toThrow('evidence_unavailable');
});

describe('a checkpoint that does not count gives no leaves', () => {
  test.each([
    ['changed', changed({ checkpoint: flip(40) }), key],
    ['of another key', WHOLE, keyFor(testSigner(2))],
    ['of another log', WHOLE, keyFor(testSigner(), 'other.example')],
  ])('%s', async (_, log, by) => {
    const { leaves, facts } = await loadLeaves(log, by);
    expect(leaves).toEqual([]);
    expect(facts.flaws).toMatchObject([{ where: 'checkpoint' }]);
  });
});

test('a leaf whose entry was changed is unproven alone, and named', async () => {
  const edit = (bytes: Uint8Array) => {
    const { entries } = decodeBundle(bytes, 256);
    return encodeBundle(entries.map((entry, at) => (at === 5 ? Buffer.from('{"v":1}') : entry)));
  };
  const { leaves, facts } = await loadLeaves(changed({ 'tile/entries/001': edit }), key);
  expect(unproven(leaves)).toEqual([261]);
  expect(leaves[261]).toMatchObject({ body: '{"v":1}', record: null });
  expect(facts.flaws).toEqual([{ where: 'leaf 261', flaw: 'does not hash to what its tile says' }]);
});

test('an entry that is no text is a leaf without a record', async () => {
  const edit = (bytes: Uint8Array) => {
    const { entries } = decodeBundle(bytes, 256);
    return encodeBundle(entries.map((entry, at) => (at === 0 ? Uint8Array.of(0xff, 0xfe) : entry)));
  };
  const { leaves } = await loadLeaves(changed({ 'tile/entries/000': edit }), key);
  expect(leaves[0]).toMatchObject({ record: null, proven: false, body: '\ufffd\ufffd' });
});

test('a tile that does not lead to the root makes all below it unproven, and is named', async () => {
  const { leaves, facts } = await loadLeaves(changed({ 'tile/0/001': flip(0) }), key);
  expect(unproven(leaves)).toEqual(Array.from({ length: 256 }, (_, at) => 256 + at));
  expect(facts.flaws).toMatchObject([{ where: 'tile/0/001' }]);
});

test('a tile of the right edge is worth nothing without the others', async () => {
  for (const path of ['tile/0/002.p/88', 'tile/1/000.p/2']) {
    const { leaves, facts } = await loadLeaves(changed({ [path]: flip(3) }), key);
    expect(unproven(leaves)).toHaveLength(SIZE);
    expect(facts.flaws).toMatchObject([{ where: 'checkpoint' }]);
  }
});

test.each([
  ['tile/0/001', 256],
  ['tile/0/002.p/88', SIZE],
])('without %s what is below it is unproven', async (path, lost) => {
  const { leaves, facts } = await loadLeaves(changed({ [path]: null }), key);
  expect(unproven(leaves)).toHaveLength(lost);
  expect(facts.flaws[0]?.where).toBe(path);
});

test('a partial tile that is longer than it says is none', async () => {
  const longer = (bytes: Uint8Array) => Buffer.concat([bytes, new Uint8Array(32)]);
  const { leaves, facts } = await loadLeaves(changed({ 'tile/0/002.p/88': longer }), key);
  expect(unproven(leaves)).toHaveLength(SIZE);
  expect(facts.flaws[0]?.where).toBe('tile/0/002.p/88');
});

test('a bundle that is missing or cut short takes its leaves with it, and no others', async () => {
  const gone = await loadLeaves(changed({ 'tile/entries/001': null }), key);
  expect([gone.leaves.length, unproven(gone.leaves)]).toEqual([SIZE - 256, []]);
  expect(gone.facts.flaws).toEqual([{ where: 'tile/entries/001', flaw: 'missing' }]);
  const cut = await loadLeaves(changed({ 'tile/entries/001': (bytes) => bytes.subarray(0, 1000) }), key);
  expect(unproven(cut.leaves)).toEqual([]);
  expect(cut.leaves.length).toBeLessThan(SIZE - 240);
  expect(cut.facts.flaws).toMatchObject([{ where: 'tile/entries/001' }]);
});

test('a size that nothing stands behind ends soon', async () => {
  const log = changed({});
  const vast = { origin: ORIGIN, size: Number.MAX_SAFE_INTEGER, root: new Uint8Array(32) };
  log.objects.set('checkpoint', await signCheckpoint(vast, testSigner()));
  const { leaves, facts } = await loadLeaves(log, key);
  expect(unproven(leaves)).toHaveLength(leaves.length);
  expect(facts.flaws.at(-1)).toEqual({ where: 'tile/entries', flaw: 'all that follows is missing' });
});

test('of very many flaws not all are listed, but all are counted', async () => {
  const log = changed({});
  const other = await signNote(
    `${ORIGIN}\n${'5'.repeat(15)}\n${base64(new Uint8Array(32))}\n`,
    ORIGIN,
    testSigner(),
  );
  log.objects.set('checkpoint', other);
  const opened = await openLog(log, key);
  for (let at = 0; at < 2000; at++) opened.tell({ where: 'x', flaw: 'y' });
  expect([opened.told(), opened.facts().flaws.length]).toEqual([2000, 1001]);
});
