/**
 * Table ⇄ leaves: what the stream did not tell. Every item of the ledger has a leaf, and every leaf of a record its item.
 *
 * Each sweep looks at so many items and so many leaves, and the next one goes on where it stopped: what it costs does not grow
 * with the ledger, only how long one round takes.
 */
import { batchesOf } from '../batches.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import type { LogReader } from '../evidence/ports.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, widthOf } from '../evidence/tiles.ts';
import { Fault } from '../fault.ts';
import { keyOf, placeOf } from '../ledger/keys.ts';
import { recordOfLeaf } from '../ledger/read-item.ts';
import { GAP_AGAIN_MILLIS, GAPS_AT_ONCE, GAPS_LOOKED_AT } from '../limits.ts';
import type { ItemKey, Ledger, LedgerItem } from '../ports.ts';
import { type CommitPorts, commit } from './commit.ts';
import { leafOfItem, type NewLeaf, tamperLeaf, tamperPlace } from './leaf.ts';

/** Where the last sweep stopped. */
export interface GapCursor {
  /** `null`: at the beginning of the table. */
  readonly item: ItemKey | null;
  /** Index of the next leaf. */
  readonly leaf: number;
}

export type GapPorts = CommitPorts & {
  readonly ledger: Pick<Ledger, 'readMany'>;
  /** The whole table, in its own order, a page at a time. */
  readonly walk: (
    after: ItemKey | null,
  ) => Promise<{ readonly items: readonly LedgerItem[]; readonly next: ItemKey | null }>;
  readonly cursor: { read(): Promise<GapCursor>; write(cursor: GapCursor): Promise<void> };
  readonly sleep: (millis: number) => Promise<void>;
};

export interface GapsFound {
  /** Items that had no leaf, and have one now. */
  readonly filled: number;
  /** Leaves that tell of a tampering which nobody had told of. */
  readonly tampered: number;
  /** Items and leaves that were looked at. */
  readonly looked: number;
}

/**
 * @throws Fault as `commit` does. What was appended stays appended; the next sweep begins where this one did.
 */
export async function sweepGaps(ports: GapPorts): Promise<GapsFound> {
  const { item, leaf } = await ports.cursor.read();
  const items = await withoutLeaf(item, ports);
  const leaves = await withoutItem(leaf, ports);
  let filled = 0;
  for (const some of batchesOf([...items.missing, ...leaves.missing], GAPS_AT_ONCE)) {
    filled += (await commit(some, ports)).added.filter(({ tamper }) => tamper === null).length;
  }
  await ports.cursor.write({ item: items.next, leaf: leaves.next });
  // All that were found: who else has appended one meanwhile may not have come to ring for it.
  const told = [...items.missing, ...leaves.missing].filter(({ tamper }) => tamper !== null);
  return { filled, tampered: told.length, looked: items.looked + leaves.looked };
}

interface Walked<Next> {
  readonly missing: readonly NewLeaf[];
  readonly looked: number;
  readonly next: Next;
}

async function withoutLeaf(from: ItemKey | null, ports: GapPorts): Promise<Walked<ItemKey | null>> {
  const now = Math.floor(ports.clock() / 1000);
  let next = from;
  let looked = 0;
  let missing: readonly NewLeaf[] = [];
  do {
    const page = await ports.walk(next);
    looked += page.items.length;
    const leaves = page.items.map(({ pk, sk, body }) =>
      leafOfItem({ pk, sk }, body === '' ? null : body, now),
    );
    missing = [...missing, ...(await unknown(leaves, ports))];
    next = page.next;
  } while (next !== null && looked < GAPS_LOOKED_AT);
  if (missing.length === 0) return { missing, looked, next };
  // The stream may be telling of them just now.
  await ports.sleep(GAP_AGAIN_MILLIS);
  return { missing: await unknown(missing, ports), looked, next };
}

/** What has neither its leaf nor, where it is no record or another one than the log has, a tamper leaf. */
async function unknown(leaves: readonly NewLeaf[], ports: GapPorts): Promise<readonly NewLeaf[]> {
  const known = await ports.index.find(leaves);
  const left: NewLeaf[] = [];
  for (const leaf of leaves) {
    if (known.has(leaf.leaf)) continue;
    const leaves = await ports.index.of(leaf.pk);
    // Another body in this place is a change: the walk over the leaves tells it, since it knows what stood there before.
    if (!leaves.some(({ sk }) => sk === leaf.sk || tamperPlace({ ...leaf, sk }).sk === leaf.sk))
      left.push(leaf);
  }
  return left;
}

async function withoutItem(from: number, ports: GapPorts): Promise<Walked<number>> {
  const now = Math.floor(ports.clock() / 1000);
  const { published } = await ports.heads.read();
  const missing: NewLeaf[] = [];
  let at = from < published ? from : 0;
  const end = Math.min(published, at + GAPS_LOOKED_AT);
  const looked = end - at;
  while (at < end) {
    const bodies = (await bundleAt(at, published, ports.log)).slice(0, end - at);
    for (const some of batchesOf(bodies, GAPS_AT_ONCE)) missing.push(...(await tampered(some, now, ports)));
    at += bodies.length;
  }
  return { missing, looked, next: at < published ? at : 0 };
}

/** @returns the bodies from that index to the end of its bundle. */
async function bundleAt(at: number, size: number, log: LogReader): Promise<readonly string[]> {
  const index = Math.floor(at / TILE_WIDTH);
  const width = widthOf(0, index, size);
  const bytes = (await log.read(bundlePath(index, width))) ?? (await log.read(bundlePath(index)));
  const read = bytes === null ? null : decodeBundle(bytes, width, true);
  if (read === null || read.flaw !== null) throw new Fault('evidence_unavailable');
  return read.entries.slice(at % TILE_WIDTH).map((entry) => decodeUtf8(entry) ?? '');
}

async function tampered(
  bodies: readonly string[],
  now: number,
  ports: GapPorts,
): Promise<readonly NewLeaf[]> {
  const records = bodies.flatMap((body) => {
    const record = recordOfLeaf(body);
    return record === null || record.type === 'tamper' ? [] : [{ ...keyOf(record), body }];
  });
  const keys = [...new Map(records.map(({ pk, sk }) => [placeOf({ pk, sk }), { pk, sk }])).values()];
  const standing = new Map((await ports.ledger.readMany(keys)).map((item) => [placeOf(item), item.body]));
  const found: NewLeaf[] = [];
  for (const { pk, sk, body } of records) {
    const after = standing.get(placeOf({ pk, sk })) ?? null;
    if (after === body) continue;
    const told = tamperPlace({ pk, sk });
    if ((await ports.index.of(told.pk)).some((leaf) => leaf.sk === told.sk)) continue;
    const what = after === null ? 'missing' : 'modified';
    found.push(tamperLeaf({ pk, sk }, what, { at: now, before: body, after }));
  }
  return found;
}
