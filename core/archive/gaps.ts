/**
 * Table ⇄ leaves: what the stream did not tell. Every item of the ledger has a leaf, and every leaf of a record its item.
 *
 * Each sweep looks at so many items and so many leaves, for so long, and the next one goes on where it stopped: what it costs
 * does not grow with the ledger, only how long one round takes.
 */
import { batchesOf } from '../batches.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import type { LogReader } from '../evidence/ports.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, widthOf } from '../evidence/tiles.ts';
import { Fault } from '../fault.ts';
import { keyOf, placeOf } from '../ledger/keys.ts';
import { recordOfLeaf } from '../ledger/read-item.ts';
import {
  ARCHIVE_GRACE_SECONDS,
  ARCHIVE_LOOKS_AT_ONCE,
  GAP_SWEEP_MILLIS,
  GAPS_AT_ONCE,
  GAPS_LOOKED_AT,
} from '../limits.ts';
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
};

/** Counted as it goes: whoever called can tell what was found also where the sweep did not come to its end. */
export interface GapsFound {
  /** Items that had no leaf, and have one now. */
  filled: number;
  /** Leaves that tell of a tampering which nobody had told of; counted before they are appended, so that none goes unheard. */
  tampered: number;
  /** Items and leaves that were looked at. */
  looked: number;
}

/**
 * A page at a time: what is missing of it is appended, then the cursor moves. Whoever is stopped in between has lost a page.
 *
 * @param found - What is added to.
 * @throws Fault as `commit` does.
 */
export async function sweepGaps(
  ports: GapPorts,
  found: GapsFound = { filled: 0, tampered: 0, looked: 0 },
): Promise<GapsFound> {
  const until = ports.clock() + GAP_SWEEP_MILLIS;
  // Half of the time each: a long table must not keep the leaves from being looked at.
  const between = await overPages(
    await ports.cursor.read(),
    until - GAP_SWEEP_MILLIS / 2,
    itemsPage,
    found,
    ports,
  );
  await overPages(between, until, leavesPage, found, ports);
  return found;
}

/** One page, what of it is missing, and where the next one begins; `over`: there is none. */
interface Page {
  readonly missing: readonly NewLeaf[];
  readonly looked: number;
  readonly next: GapCursor;
  readonly over: boolean;
}

/** @param until - Milliseconds: no page begins after it. */
async function overPages(
  from: GapCursor,
  until: number,
  pageAt: (cursor: GapCursor, ports: GapPorts) => Promise<Page>,
  found: GapsFound,
  ports: GapPorts,
): Promise<GapCursor> {
  const upTo = found.looked + GAPS_LOOKED_AT;
  let cursor = from;
  for (let over = false; !over && found.looked < upTo && ports.clock() <= until; ) {
    const page = await pageAt(cursor, ports);
    found.tampered += page.missing.filter(({ tamper }) => tamper !== null).length;
    for (const some of batchesOf(page.missing, GAPS_AT_ONCE)) {
      found.filled += (await commit(some, ports)).added.filter(({ tamper }) => tamper === null).length;
    }
    await ports.cursor.write(page.next);
    found.looked += page.looked;
    cursor = page.next;
    over = page.over;
  }
  return cursor;
}

async function itemsPage({ item, leaf }: GapCursor, ports: GapPorts): Promise<Page> {
  const now = Math.floor(ports.clock() / 1000);
  const { items, next } = await ports.walk(item);
  const leaves = items.map(({ pk, sk, body }) => leafOfItem({ pk, sk }, body === '' ? null : body, now));
  const old = leaves.filter(({ body }) => !isYoung(body, now));
  return {
    missing: await unknown(old, ports),
    looked: items.length,
    next: { item: next, leaf },
    over: next === null,
  };
}

/**
 * The stream is telling of it just now, or is about to: no gap yet. A record says itself when it was made; one that says a time
 * far ahead is not believed.
 */
function isYoung(body: string, now: number): boolean {
  const record = recordOfLeaf(body);
  if (record === null || record.type === 'tamper') return false;
  return Math.abs(now - record.at) < ARCHIVE_GRACE_SECONDS;
}

/** What has neither its leaf nor, where it is no record or another one than the log has, a tamper leaf. */
async function unknown(leaves: readonly NewLeaf[], ports: GapPorts): Promise<readonly NewLeaf[]> {
  const known = await ports.index.find(leaves);
  const left: NewLeaf[] = [];
  const unindexed = leaves.filter(({ leaf }) => !known.has(leaf));
  for (const some of batchesOf(unindexed, ARCHIVE_LOOKS_AT_ONCE)) {
    const found = await Promise.all(some.map(({ pk }) => ports.index.of(pk)));
    // Another body in this place is a change: the walk over the leaves tells it, since it knows what stood there before.
    left.push(
      ...some.filter((leaf, at) =>
        found[at]?.every(({ sk }) => sk !== leaf.sk && tamperPlace({ ...leaf, sk }).sk !== leaf.sk),
      ),
    );
  }
  return left;
}

/** The rest of one bundle. */
async function leavesPage({ item, leaf }: GapCursor, ports: GapPorts): Promise<Page> {
  const now = Math.floor(ports.clock() / 1000);
  const { published } = await ports.heads.read();
  const at = leaf < published ? leaf : 0;
  if (published === 0) return { missing: [], looked: 0, next: { item, leaf: 0 }, over: true };
  const bodies = await bundleAt(at, published, ports.log);
  const missing: NewLeaf[] = [];
  for (const some of batchesOf(bodies, GAPS_AT_ONCE)) missing.push(...(await tampered(some, now, ports)));
  const end = at + bodies.length;
  const over = end >= published;
  return { missing, looked: bodies.length, next: { item, leaf: over ? 0 : end }, over };
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
