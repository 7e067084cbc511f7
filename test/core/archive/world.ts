/** An archiver on memory, whose every call of a port can be the last: before it took effect, or after. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { CommitPorts } from '../../../core/archive/commit.ts';
import type { GapCursor, GapPorts } from '../../../core/archive/gaps.ts';
import type { LedgerChange } from '../../../core/archive/leaf.ts';
import type { MarkPorts } from '../../../core/archive/mark.ts';
import { openCheckpoint } from '../../../core/evidence/checkpoint.ts';
import { append, leafHash, rootOf } from '../../../core/evidence/merkle.ts';
import type { IndexedLeaf, LeafKey, LogHead } from '../../../core/evidence/ports.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, widthOf } from '../../../core/evidence/tiles.ts';
import { formatVerifierKey, parseVerifierKey } from '../../../core/evidence/verifier-key.ts';
import { Fault } from '../../../core/fault.ts';
import { placeOf } from '../../../core/ledger/keys.ts';
import type { ItemKey, LedgerItem } from '../../../core/ports.ts';
import { NOW } from '../../support/clock.ts';

export const ORIGIN = 'broker.example/evidence';

/** RFC 8032 §7.1, test 1: a key that everybody knows. */
const key = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
});
const publicKey = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
const VKEY = parseVerifierKey(formatVerifierKey(ORIGIN, publicKey));
if (VKEY === null) throw new Error('no key');

/** How a call ends that nobody comes back from. */
export class Crash extends Error {}

export interface World {
  readonly ports: CommitPorts & MarkPorts & GapPorts;
  /** Waited for before each call takes effect: who decides in what order two archivers come. */
  turn: (name: string) => Promise<void>;
  /** Calls so far, by name. */
  readonly calls: string[];
  /** Let call number `at` be the last one. */
  crash: { readonly at: number; readonly when: 'before' | 'after' } | null;
  now: number;
  /** The table, for mark and gap sweep. */
  readonly ledger: Map<string, LedgerItem>;
  readonly objects: Map<string, Uint8Array>;
  /** The log as it is now, to begin another world with. */
  kept(): Kept;
  /** Takes the index's rows of a place away, as nothing of ours does. */
  forget(place: ItemKey): void;
  /** Bodies of the published log, read through its tiles, under a checkpoint that verifies. */
  published(): readonly string[];
}

/** What is kept of a log. */
export interface Kept {
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly index: ReadonlyMap<string, IndexedLeaf>;
  readonly head: LogHead;
}

const EMPTY: Kept = {
  objects: new Map(),
  index: new Map(),
  head: { version: 0, size: 0, edge: [], published: 0, pending: [], at: 0 },
};

/** @param from - A log that is there already. */
export function openWorld(from: Kept = EMPTY): World {
  const objects = new Map(from.objects);
  const index = new Map(from.index);
  const ledger = new Map<string, LedgerItem>();
  let { head } = from;
  let mark: number | null = null;
  let cursor: GapCursor = { item: null, leaf: 0 };

  /** Each call counts, and may be the one that everything ends with. */
  const call = async <T>(name: string, effect: () => T): Promise<T> => {
    await world.turn(name);
    const at = world.calls.push(name) - 1;
    const last = world.crash?.at === at ? world.crash.when : null;
    if (last === 'before') throw new Crash(name);
    const result = effect();
    if (last === 'after') throw new Crash(name);
    return result;
  };

  const rowOf = ({ pk, sk, leaf }: LeafKey): string => `${pk} ${sk} ${leaf}`;
  const world: World = {
    turn: async () => undefined,
    calls: [],
    crash: null,
    now: NOW,
    ledger,
    objects,
    forget: (place) => {
      for (const [row, leaf] of index) if (placeOf(leaf) === placeOf(place)) index.delete(row);
    },
    kept: () => ({ objects, index, head }),
    published: () => publishedIn(objects),
    ports: {
      origin: ORIGIN,
      clock: () => world.now * 1000,
      log: {
        read: (path) => call(`read ${path}`, () => objects.get(path) ?? null),
        create: (path, bytes) =>
          call(`create ${path}`, () => {
            const standing = objects.get(path);
            if (standing !== undefined && Buffer.compare(standing, bytes) !== 0)
              throw new Fault('evidence_forked');
            objects.set(path, bytes);
          }),
        replace: (path, bytes, sizeIn) =>
          call(`replace ${path}`, () => {
            const standing = objects.get(path);
            if (standing === undefined || sizeIn(standing) <= sizeIn(bytes)) objects.set(path, bytes);
          }),
      },
      heads: {
        read: () => call('head', () => head),
        advance: (next) =>
          call(`advance to ${next.size}, published ${next.published}`, () => {
            if (next.version !== head.version + 1) return 'lost';
            head = next;
            return 'written';
          }),
      },
      index: {
        find: (leaves) =>
          call('find', () => {
            const rows = leaves.flatMap((leaf) => index.get(rowOf(leaf)) ?? []);
            return new Map(rows.map((row) => [row.leaf, row.index]));
          }),
        put: (leaves) =>
          call('index', () => {
            for (const leaf of leaves) index.set(rowOf(leaf), leaf);
          }),
        of: (pk) => call(`of ${pk}`, () => [...index.values()].filter((leaf) => leaf.pk === pk)),
      },
      signer: {
        publicKey,
        sign: (message) => call('sign', () => sign(null, message, key)),
      },
      mark: {
        read: () => call('mark', () => mark),
        advance: (to) =>
          call(`mark ${to}`, () => {
            mark = Math.max(mark ?? 0, to);
          }),
      },
      ledger: {
        due: (hour, { from, to }) =>
          call(`due ${hour}`, () => {
            const iso = (time: number) => new Date(time * 1000).toISOString().slice(0, 19);
            const keys = [...ledger.values()]
              .filter(({ due, dueAt = '' }) => due === hour && dueAt >= iso(from) && dueAt < iso(to))
              .map(({ pk, sk }) => ({ pk, sk }));
            return { keys, next: null };
          }),
        readMany: (keys) => call('items', () => keys.flatMap((each) => ledger.get(placeOf(each)) ?? [])),
      },
      walk: (after) =>
        call('walk', () => {
          const items = [...ledger.values()];
          const from = after === null ? 0 : items.findIndex((item) => placeOf(item) === placeOf(after)) + 1;
          const page = items.slice(from, from + 3);
          const last = page.at(-1);
          const more = from + 3 < items.length && last !== undefined;
          return { items: page, next: more ? { pk: last.pk, sk: last.sk } : null };
        }),
      cursor: {
        read: () => call('gap cursor', () => cursor),
        write: (next) =>
          call('gap cursor moves', () => {
            cursor = next;
          }),
      },
    },
  };
  return world;
}

/** As an auditor reads it: nothing of the head, the index or the archiver. */
function publishedIn(objects: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const bytes = objects.get('checkpoint');
  if (bytes === undefined) return [];
  if (VKEY === null) throw new Error('no key');
  const opened = openCheckpoint(bytes, VKEY);
  if ('flaw' in opened) throw new Error(opened.flaw);
  const { size, root } = opened.checkpoint;
  const bodies: string[] = [];
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const width = widthOf(0, bundle, size);
    const { entries, flaw } = decodeBundle(objects.get(bundlePath(bundle, width)) ?? new Uint8Array(), width);
    if (flaw !== null) throw new Error(`bundle ${bundle} is ${flaw}`);
    bodies.push(...entries.map((entry) => Buffer.from(entry).toString()));
  }
  const leaves = bodies.map((body) => leafHash(Buffer.from(body)));
  if (Buffer.compare(rootOf(append([], 0, leaves)), root) !== 0) throw new Error('bundles and root differ');
  return bodies;
}

/** @returns what the stream tells of a new item. */
export const inserted = (item: LedgerItem, at = NOW): LedgerChange => ({
  kind: 'INSERT',
  pk: item.pk,
  sk: item.sk,
  at,
  before: null,
  after: item.body,
});
