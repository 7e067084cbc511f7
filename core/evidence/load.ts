import type { Leaf, LogFacts, LogFlaw } from '../audit/evidence.ts';
import { base64 } from '../encoding/base64.ts';
import { Fault } from '../fault.ts';
import { recordOfLeaf } from '../ledger/read-item.ts';
import { ahead } from './ahead.ts';
import { CHECKPOINT_PATH, type Checkpoint, type CheckpointFlaw, openCheckpoint } from './checkpoint.ts';
import { leafHash, rootOf, sameHash } from './merkle.ts';
import { readBundle } from './node-reader.ts';
import type { LogReader } from './ports.ts';
import { type ProvenTiles, provenTiles } from './proven-tiles.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, widthOf } from './tiles.ts';
import { keyTitle, type VerifierKey } from './verifier-key.ts';

/** A log that is being read. */
export interface OpenLog {
  /** Signed by the key; `null`: what lies there is not, and nothing of the log counts. */
  readonly checkpoint: Checkpoint | null;
  readonly tiles: ProvenTiles;
  /**
   * Leaves in order, each with whether it is proven. Memory holds a few bundles, however long the log is. May be gone through
   * once. A leaf that cannot be read is not among them, and is a flaw.
   */
  leaves(): AsyncGenerator<Leaf, void, undefined>;
  /** What it is worth, as far as it has been read. */
  facts(): LogFacts;
  /** Adds to what does not hold. */
  tell(flaw: LogFlaw): void;
  /** How often something did not hold: all of it, also what is not listed one by one. */
  told(): number;
}

/** Bundles loaded side by side. */
const AT_ONCE = 8;
/** Flaws that are told one by one; of a log that is broken throughout, nobody reads on. */
const MAX_FLAWS = 1000;
/** After so many bundles in a row that are missing it is taken that nothing more comes, whatever the checkpoint says. */
const MAX_MISSING = 100;

/**
 * All leaves of a log, and what it is worth.
 *
 * @throws Fault `evidence_unavailable` where it cannot be read, or has no checkpoint.
 */
export async function loadLeaves(
  reader: LogReader,
  key: VerifierKey,
): Promise<{ readonly leaves: readonly Leaf[]; readonly facts: LogFacts }> {
  const log = await openLog(reader, key);
  const leaves: Leaf[] = [];
  for await (const leaf of log.leaves()) leaves.push(leaf);
  return { leaves, facts: log.facts() };
}

/**
 * Opens a log at its newest checkpoint.
 *
 * @param key - The log's, from somewhere else than the log.
 * @throws Fault `evidence_unavailable` where it cannot be read, or has no checkpoint.
 */
export async function openLog(reader: LogReader, key: VerifierKey): Promise<OpenLog> {
  const bytes = await reader.read(CHECKPOINT_PATH);
  if (bytes === null) throw new Fault('evidence_unavailable');
  const opened = openCheckpoint(bytes, key);
  const checkpoint = 'checkpoint' in opened ? opened.checkpoint : null;
  const log = readingOf(reader, key, checkpoint);
  if ('flaw' in opened) log.tell({ where: CHECKPOINT_PATH, flaw: CHECKPOINT_FLAWS[opened.flaw] });
  if (checkpoint?.size === 0 && !sameHash(checkpoint.root, rootOf([]))) {
    log.tell({ where: CHECKPOINT_PATH, flaw: 'its root is not that of an empty log' });
  }
  return log;
}

export const CHECKPOINT_FLAWS: { readonly [flaw in CheckpointFlaw]: string } = {
  no_checkpoint: 'not a signed checkpoint',
  not_signed_by_key: 'not signed by the key, or changed since',
  of_another_log: 'of another log than the key',
};

function readingOf(reader: LogReader, key: VerifierKey, checkpoint: Checkpoint | null): OpenLog {
  const flaws: LogFlaw[] = [];
  const span: { from: number | null; to: number | null } = { from: null, to: null };
  let told = 0;
  const tell = (flaw: LogFlaw): void => {
    told++;
    if (flaws.length < MAX_FLAWS) flaws.push(flaw);
    else if (flaws.length === MAX_FLAWS) flaws.push({ where: 'log', flaw: 'more that is not listed' });
  };
  const size = checkpoint?.size ?? 0;
  const tiles = provenTiles(reader, checkpoint ?? { origin: key.name, size, root: rootOf([]) }, tell);

  async function* leaves(): AsyncGenerator<Leaf, void, undefined> {
    let missing = 0;
    const bundles = Math.ceil(size / TILE_WIDTH);
    for await (const [at, bundle] of ahead(bundles, AT_ONCE, async (n) => [n, await load(n)] as const)) {
      missing = bundle === null ? missing + 1 : 0;
      if (bundle === null) tell({ where: bundlePath(at, widthOf(0, at, size)), flaw: 'missing' });
      if (missing === MAX_MISSING)
        return tell({ where: 'tile/entries', flaw: 'all that follows is missing' });
      const tile = await tiles.judge(0, at);
      for (const leaf of bundle === null ? [] : leavesIn(at, bundle, tile)) {
        if (leaf.proven && leaf.record !== null) widen(span, leaf.record.at);
        yield leaf;
      }
    }
  }

  const load = (at: number) => readBundle(reader, at, widthOf(0, at, size));

  function leavesIn(
    at: number,
    { bytes, orMore }: { readonly bytes: Uint8Array; readonly orMore: boolean },
    { hashes, proven }: { readonly hashes: readonly Uint8Array[] | null; readonly proven: boolean },
  ): readonly Leaf[] {
    const width = widthOf(0, at, size);
    const { entries, flaw } = decodeBundle(bytes, width, orMore);
    if (flaw !== null) {
      const how =
        flaw === 'truncated'
          ? `cut short after ${entries.length} of ${width} entries`
          : 'longer than its entries';
      tell({ where: bundlePath(at, width), flaw: how });
    }
    return entries.map((entry, place) => {
      const index = at * TILE_WIDTH + place;
      const hash = leafHash(entry);
      const expected = hashes?.[place];
      const same = expected !== undefined && sameHash(hash, expected);
      if (proven && !same) tell({ where: `leaf ${index}`, flaw: 'does not hash to what its tile says' });
      return leafOf(index, entry, hash, proven && same);
    });
  }

  return {
    checkpoint,
    tiles,
    leaves,
    tell,
    told: () => told,
    facts: () => ({
      origin: checkpoint?.origin ?? key.name,
      size,
      root: base64(checkpoint?.root ?? rootOf([])),
      key: keyTitle(key),
      ...span,
      local: key.name.startsWith('local.invalid/'),
      flaws,
    }),
  };
}

const LOSSY = new TextDecoder('utf-8', { ignoreBOM: true });

function leafOf(index: number, entry: Uint8Array, hash: Uint8Array, proven: boolean): Leaf {
  const body = LOSSY.decode(entry);
  return { index, leaf: Buffer.from(hash).toString('hex'), body, record: recordOfLeaf(body), proven };
}

function widen(span: { from: number | null; to: number | null }, at: number): void {
  span.from = Math.min(span.from ?? at, at);
  span.to = Math.max(span.to ?? at, at);
}
