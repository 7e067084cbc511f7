import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commit } from '../../../core/archive/commit.ts';
import { tamperLeaf } from '../../../core/archive/leaf.ts';
import { keptCheckpointPath, signCheckpoint } from '../../../core/evidence/checkpoint.ts';
import { nodeReader } from '../../../core/evidence/node-reader.ts';
import { proveInclusion } from '../../../core/evidence/proofs.ts';
import { encodeSegment, segmentPath } from '../../../core/evidence/segment.ts';
import { formatTlogProof } from '../../../core/evidence/tlog-proof.ts';
import { type Verification, verifyLog } from '../../../core/evidence/verify.ts';
import { NOW } from '../../support/clock.ts';
import {
  keyFor,
  type MemoryLog,
  memoryLog,
  numberedLeaves,
  ORIGIN,
  testSigner,
  writtenLog,
} from '../../support/evidence-log.ts';

const SIZE = 300;
const { log: WHOLE, key, ports } = await writtenLog(SIZE, [100, 1, 37]);
const copy = (): MemoryLog => memoryLog(new Map(WHOLE.objects));
const bytesOf = (path: string): Uint8Array => WHOLE.objects.get(path) ?? new Uint8Array();
const failing = ({ checks }: Verification) => checks.filter(({ holds }) => !holds).map(({ name }) => name);
const flawsOf = ({ checks }: Verification) => checks.flatMap(({ flaws }) => flaws.map(({ where }) => where));

test('a whole log holds, and is counted', async () => {
  const verified = await verifyLog(WHOLE, key);
  expect(verified).toMatchObject({
    holds: true,
    log: { origin: ORIGIN, size: SIZE },
    counts: { leaves: SIZE, unproven: 0, records: { key: SIZE }, tamper: 0, notRecords: 0, duplicates: 0 },
  });
  const segments = await WHOLE.list('segments/');
  expect(Object.fromEntries(verified.checks.map(({ name, checked }) => [name, checked]))).toMatchObject({
    signature: 1,
    tree: SIZE,
    segments: segments.length,
    checkpoints: segments.length,
  });
});

test('any single changed byte, in whatever object, is refused', async () => {
  const paths = [...WHOLE.objects.keys()];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (path, at, bits) => {
        const log = copy();
        const bytes = Uint8Array.from(bytesOf(path));
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits;
        log.objects.set(path, bytes);
        const verified = await verifyLog(log, key);
        expect(verified.holds, `${path} at ${at % bytes.length}`).toBe(false);
      },
    ),
    { numRuns: 150 },
  );
});

test('each object but old partial tiles is needed, and the loss of it told', async () => {
  for (const path of WHOLE.objects.keys()) {
    const old = path.includes('.p/') && !path.endsWith('.p/44') && path !== 'tile/1/000.p/1';
    // Checkpoints of before may be lost without a trace: whoever held one has it.
    if (
      old ||
      (path.startsWith('checkpoints/') && path !== keptCheckpointPath(SIZE)) ||
      path === 'checkpoint'
    )
      continue;
    const log = copy();
    log.objects.delete(path);
    expect((await verifyLog(log, key)).holds, path).toBe(false);
  }
});

test('cut short or longer, each object is refused', async () => {
  for (const [path, bytes] of WHOLE.objects) {
    for (const other of [bytes.subarray(0, -1), Buffer.concat([bytes, Uint8Array.of(10)])]) {
      const log = copy();
      log.objects.set(path, other);
      expect((await verifyLog(log, key)).holds, path).toBe(false);
    }
  }
});

describe('what somebody with the bucket in his hands may try', () => {
  test('an older checkpoint put back', async () => {
    const log = copy();
    log.objects.set('checkpoint', bytesOf('checkpoints/000000000101'));
    const verified = await verifyLog(log, key);
    expect(failing(verified)).toEqual(['checkpoints']);
    expect(flawsOf(verified)).toContain(keptCheckpointPath(SIZE));
    expect(verified.checks.flatMap(({ flaws }) => flaws)[0]?.flaw).toMatch(/older checkpoint was put back/);
  });

  test('all newer ones removed with it: only who holds one can tell', async () => {
    const log = copy();
    log.objects.set('checkpoint', bytesOf('checkpoints/000000000101'));
    for (const path of await log.list('checkpoints/'))
      if (path > keptCheckpointPath(101)) log.objects.delete(path);
    expect((await verifyLog(log, key)).holds).toBe(true);
    expect(failing(await verifyLog(log, key, { since: bytesOf('checkpoint') }))).toEqual(['since']);
  });

  test('two checkpoints of one size', async () => {
    const log = copy();
    const other = await signCheckpoint(
      { origin: ORIGIN, size: SIZE, root: new Uint8Array(32) },
      testSigner(),
    );
    log.objects.set(keptCheckpointPath(SIZE), other);
    const verified = await verifyLog(log, key);
    expect(failing(verified)).toEqual(['checkpoints']);
    expect(verified.checks.find(({ name }) => name === 'checkpoints')?.flaws[0]?.flaw).toMatch(
      /two histories/,
    );
  });

  test('a checkpoint under the name of another', async () => {
    const log = copy();
    log.objects.set(keptCheckpointPath(101), bytesOf(keptCheckpointPath(100)));
    expect(failing(await verifyLog(log, key))).toEqual(['checkpoints']);
  });

  test('a leaf left out, the rest signed anew with the same key', async () => {
    const leaves = numberedLeaves(SIZE).toSpliced(50, 1);
    const other = memoryLog();
    const forked = await writtenLog(0, [1], { log: other });
    await commit(leaves, forked.ports);
    expect((await verifyLog(other, key)).holds).toBe(true);
    // The log of its own holds; who has an earlier checkpoint sees that it is another one.
    expect(failing(await verifyLog(other, key, { since: bytesOf('checkpoints/000000000138') }))).toEqual([
      'since',
    ]);
    expect((await verifyLog(other, key, { since: bytesOf('checkpoint') })).holds).toBe(false);
  });

  test('a key that is not the log’s', async () => {
    const verified = await verifyLog(WHOLE, keyFor(testSigner(2)));
    expect(failing(verified)).toEqual(['signature']);
    expect(verified.counts.leaves).toBe(0);
  });

  test('a segment exchanged for another with its right name', async () => {
    const log = copy();
    const [path = ''] = await log.list('segments/');
    log.objects.delete(path);
    const other = encodeSegment(numberedLeaves(100, 7000).map(({ body }) => body));
    log.objects.set(segmentPath(0, other), other);
    const verified = await verifyLog(log, key);
    expect(failing(verified)).toEqual(['segments']);
    expect(flawsOf(verified)).toEqual(['leaves 0 to 99', segmentPath(0, other)]);
  });

  test('a segment under a hash that is not its own', async () => {
    const log = copy();
    const [path = ''] = await log.list('segments/');
    log.objects.delete(path);
    log.objects.set(`segments/000000000000-${'0'.repeat(64)}.jsonl`, bytesOf(path));
    expect(failing(await verifyLog(log, key))).toEqual(['segments']);
  });

  test.each([
    ['tile/0/x000/000', 'partials'],
    ['tile/0/1', 'partials'],
    ['segments/0-x.jsonl', 'segments'],
    ['checkpoints/1', 'checkpoints'],
  ])('%s, which is nobody’s name', async (path, check) => {
    const log = copy();
    log.objects.set(
      path,
      path.startsWith('checkpoints') ? bytesOf('checkpoints/000000000001') : bytesOf('tile/0/000'),
    );
    expect(failing(await verifyLog(log, key))).toContain(check);
  });
});

describe('what is no flaw', () => {
  test('a batch that was overtaken: its records came in with another', async () => {
    const log = copy();
    const overtaken = encodeSegment(numberedLeaves(20, 150).map(({ body }) => body));
    log.objects.set(segmentPath(100, overtaken), overtaken);
    expect((await verifyLog(log, key)).holds).toBe(true);
  });

  test('unless some are nowhere: then they were seen, and left out', async () => {
    const log = copy();
    const left = encodeSegment(numberedLeaves(2, SIZE - 1).map(({ body }) => body));
    log.objects.set(segmentPath(100, left), left);
    const verified = await verifyLog(log, key);
    expect(flawsOf(verified)).toEqual([segmentPath(100, left)]);
  });

  test('what was committed after this checkpoint', async () => {
    const { log, ports: more } = await writtenLog(SIZE, [100, 1, 37]);
    const checkpoint = log.objects.get('checkpoint') ?? new Uint8Array();
    await commit(numberedLeaves(50, SIZE), more);
    log.objects.set('checkpoint', checkpoint);
    log.objects.delete(keptCheckpointPath(SIZE + 50));
    expect((await verifyLog(log, key)).holds).toBe(true);
  });
});

test('tamper leaves, duplicates and what is no record are counted', async () => {
  const { log, ports: more } = await writtenLog(3);
  await commit(
    [tamperLeaf({ pk: 'WRIT#x', sk: '00#intent' }, 'removed', { at: NOW, before: 'x', after: null })],
    more,
  );
  // An index that forgets lets a leaf in twice.
  const forgetful = { ...more, index: { ...more.index, find: () => Promise.resolve(new Map()) } };
  await commit(numberedLeaves(1), forgetful);
  expect(await verifyLog(log, key)).toMatchObject({
    holds: true,
    counts: { leaves: 5, records: { key: 4, tamper: 1 }, tamper: 1, duplicates: 1, notRecords: 0 },
  });
});

describe('since an earlier checkpoint', () => {
  test('each that was published is the beginning of the log', async () => {
    for (const path of await WHOLE.list('checkpoints/')) {
      expect(failing(await verifyLog(WHOLE, key, { since: bytesOf(path) })), path).toEqual([]);
    }
  });
  test('one of another log, or none at all', async () => {
    const other = await signCheckpoint(
      { origin: 'other.example', size: 1, root: new Uint8Array(32) },
      testSigner(),
    );
    expect(failing(await verifyLog(WHOLE, key, { since: other }))).toEqual(['since']);
    expect(failing(await verifyLog(WHOLE, key, { since: Buffer.from('hello') }))).toEqual(['since']);
  });
});

describe('a receipt beside the log', () => {
  async function receipt(index: number, size: number): Promise<Uint8Array> {
    const proof = await proveInclusion(index, size, nodeReader(WHOLE, SIZE));
    const checkpoint = bytesOf(keptCheckpointPath(size));
    return Buffer.from(formatTlogProof({ index, proof, checkpoint }));
  }

  test('of now or of before', async () => {
    expect(failing(await verifyLog(WHOLE, key, { receipt: await receipt(7, SIZE) }))).toEqual([]);
    expect(failing(await verifyLog(WHOLE, key, { receipt: await receipt(7, 138) }))).toEqual([]);
  });

  test('with the index of another leaf', async () => {
    const other = Buffer.from((await receipt(7, SIZE)).toString().replace('index 7', 'index 6'));
    expect(failing(await verifyLog(WHOLE, key, { receipt: other }))).toEqual(['receipt']);
  });

  test('of another log that the same key signed', async () => {
    const forked = await writtenLog(0, [1]);
    await commit(numberedLeaves(5, 900), forked.ports);
    const proof = await proveInclusion(0, 5, nodeReader(forked.log, 5));
    const checkpoint = forked.log.objects.get('checkpoint') ?? new Uint8Array();
    const other = Buffer.from(formatTlogProof({ index: 0, proof, checkpoint }));
    expect(failing(await verifyLog(WHOLE, key, { receipt: other }))).toEqual(['receipt']);
  });
});

test('progress is told, up to the last', async () => {
  const told = new Map<string, [number, number]>();
  await verifyLog(WHOLE, key, { progress: (of, done, total) => told.set(of, [done, total]) });
  for (const [done, total] of told.values()) expect(done).toBe(total);
  expect([...told.keys()]).toEqual(['tree', 'partials', 'segments', 'checkpoints']);
  expect(ports.origin).toBe(ORIGIN);
});
