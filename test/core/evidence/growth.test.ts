import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tilesToWrite } from '../../../core/evidence/growth.ts';
import { append, leafHash } from '../../../core/evidence/merkle.ts';
import { type MemoryLog, memoryLog } from '../../support/evidence-log.ts';

const entries = (count: number, from = 0): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, at) => Buffer.from(`entry ${from + at}`));
const headOf = (size: number) => ({ size, edge: append([], 0, entries(size).map(leafHash)) });

/** A log that has grown in these steps. */
async function grown(...steps: readonly number[]): Promise<MemoryLog> {
  const log = memoryLog();
  let size = 0;
  for (const step of steps) {
    size += step;
    const objects = await tilesToWrite(headOf(size), entries(step, size - step), log);
    for (const { path, bytes, retention } of objects) await log.create(path, bytes, retention);
  }
  return log;
}
test('grown in whatever steps, a log has the tiles of one that came at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
      async (steps) => {
        const size = steps.reduce((sum, step) => sum + step, 0);
        const [stepwise, atOnce] = [await grown(...steps), await grown(size)];
        for (const path of atOnce.objects.keys())
          expect(stepwise.objects.get(path), path).toEqual(atOnce.objects.get(path));
      },
    ),
    { numRuns: 30 },
  );
});

test('what stays is held as evidence, what the next growth replaces as partial', async () => {
  const objects = await tilesToWrite(headOf(257), entries(257), memoryLog());
  expect(objects.map(({ path, retention }) => [path, retention])).toEqual([
    ['tile/0/000', 'evidence'],
    ['tile/0/001.p/1', 'partial'],
    ['tile/1/000.p/1', 'partial'],
    ['tile/entries/000', 'evidence'],
    ['tile/entries/001.p/1', 'partial'],
  ]);
});

test('no growth, no tiles', async () => {
  expect(await tilesToWrite(headOf(5), [], memoryLog())).toEqual([]);
});

test('asked again, also after some of it was written, it is the same', async () => {
  const log = await grown(100);
  const once = await tilesToWrite(headOf(300), entries(200, 100), log);
  for (const { path, bytes, retention } of once.slice(0, 2)) await log.create(path, bytes, retention);
  expect(await tilesToWrite(headOf(300), entries(200, 100), log)).toEqual(once);
});

test('where partial tile and bundle were cleared away, full ones that a crash left behind will do', async () => {
  const log = await grown(100);
  for (const { path, bytes, retention } of await tilesToWrite(headOf(300), entries(200, 100), log)) {
    await log.create(path, bytes, retention);
  }
  const once = await tilesToWrite(headOf(300), entries(200, 100), log);
  log.objects.delete('tile/0/000.p/100');
  log.objects.delete('tile/entries/000.p/100');
  expect(await tilesToWrite(headOf(300), entries(200, 100), log)).toEqual(once);
});

describe('what stands is believed only as far as the head agrees', () => {
  test.each(['tile/0/000.p/100', 'tile/entries/000.p/100'])('%s changed', async (path) => {
    const log = await grown(100);
    const bytes = Buffer.from(log.objects.get(path) ?? []);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    log.objects.set(path, bytes);
    await expect(tilesToWrite(headOf(110), entries(10, 100), log)).rejects.toThrow('evidence_forked');
  });

  test('both changed, so that they agree with each other', async () => {
    const log = memoryLog();
    const others = [Buffer.from('another'), ...entries(99, 1)];
    const head = { size: 100, edge: append([], 0, others.map(leafHash)) };
    for (const { path, bytes, retention } of await tilesToWrite(head, others, log))
      await log.create(path, bytes, retention);
    await expect(tilesToWrite(headOf(110), entries(10, 100), log)).rejects.toThrow('evidence_forked');
  });

  test('a tile of the level above changed', async () => {
    const log = await grown(600);
    const bytes = Buffer.from(log.objects.get('tile/1/000.p/2') ?? []);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    log.objects.set('tile/1/000.p/2', bytes);
    await expect(tilesToWrite(headOf(800), entries(200, 600), log)).rejects.toThrow('evidence_forked');
  });

  test.each(['tile/0/000.p/100', 'tile/entries/000.p/100'])('%s missing', async (path) => {
    const log = await grown(100);
    log.objects.delete(path);
    await expect(tilesToWrite(headOf(110), entries(10, 100), log)).rejects.toThrow('evidence_unavailable');
  });
});
