import { expect, test } from 'vitest';
import { signCheckpoint } from '../../../core/evidence/checkpoint.ts';
import { loadLeaves } from '../../../core/evidence/load.ts';
import { append, leafHash, rootOf } from '../../../core/evidence/merkle.ts';
import type { LogReader } from '../../../core/evidence/ports.ts';
import { bundlePath, encodeBundle, tilePath } from '../../../core/evidence/tiles.ts';
import { keyFor, memoryLog, ORIGIN, testSigner } from '../../support/evidence-log.ts';

/** More full tiles than are kept at once: what was read at the beginning has been let go by the end. */
const FULL = 80;
const REST = 10;

const entryOf = (word: string, index: number) => Buffer.from(`${word} ${index}`);
const entriesOf = (word: string, tile: number, width: number) =>
  Array.from({ length: width }, (_, at) => entryOf(word, tile * 256 + at));

async function longLog() {
  const log = memoryLog();
  const above: Uint8Array[] = [];
  for (let tile = 0; tile < FULL; tile++) {
    const entries = entriesOf('true', tile, 256);
    const hashes = entries.map(leafHash);
    log.objects.set(bundlePath(tile), encodeBundle(entries));
    log.objects.set(tilePath(0, tile), Buffer.concat(hashes));
    above.push(rootOf(append([], 0, hashes)));
  }
  const rest = entriesOf('true', FULL, REST);
  log.objects.set(bundlePath(FULL, REST), encodeBundle(rest));
  log.objects.set(tilePath(0, FULL, REST), Buffer.concat(rest.map(leafHash)));
  log.objects.set(tilePath(1, 0, FULL), Buffer.concat(above));
  const root = rootOf([...append([], 0, above), ...append([], 0, rest.map(leafHash))]);
  const size = FULL * 256 + REST;
  log.objects.set('checkpoint', await signCheckpoint({ origin: ORIGIN, size, root }, testSigner()));
  return log;
}

/** Shows the true object once, and the forged one whenever it is asked again. */
function twoFaced(log: LogReader, forged: ReadonlyMap<string, Uint8Array>): LogReader {
  const shown = new Set<string>();
  return {
    read: (path) => {
      const again = shown.has(path);
      shown.add(path);
      const other = forged.get(path);
      return other !== undefined && again ? Promise.resolve(other) : log.read(path);
    },
  };
}

test('a store that forges the right edge once it has been checked gets no leaf proven', async () => {
  const log = await longLog();
  const key = keyFor(testSigner());
  const whole = await loadLeaves(log, key);
  expect([whole.leaves.filter(({ proven }) => !proven), whole.facts.flaws]).toEqual([[], []]);

  const forged = entriesOf('forged', FULL, REST);
  const edge = new Map([[tilePath(0, FULL, REST), Buffer.concat(forged.map(leafHash))]]);
  const reader = twoFaced(log, edge);
  // A bundle is read once, and proves nothing by itself: the forged one lies there from the beginning.
  log.objects.set(bundlePath(FULL, REST), encodeBundle(forged));
  const { leaves, facts } = await loadLeaves(reader, key);
  expect(leaves.filter(({ body, proven }) => proven && body.startsWith('forged'))).toEqual([]);
  expect(leaves.filter(({ proven }) => !proven)).toHaveLength(REST);
  expect(facts.flaws).toHaveLength(REST);
});
