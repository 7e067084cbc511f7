/** An evidence log in memory, written by the archiver's own steps; whoever tests readers of logs begins here. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { type CommitPorts, commit } from '../../core/archive/commit.ts';
import { leafOfItem, type NewLeaf } from '../../core/archive/leaf.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import type {
  IndexedLeaf,
  LeafIndex,
  LogFolder,
  LogHead,
  LogHeads,
  LogSigner,
  LogStore,
} from '../../core/evidence/ports.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../core/evidence/verifier-key.ts';
import { Fault } from '../../core/fault.ts';
import { keyOf } from '../../core/ledger/keys.ts';
import type { LedgerRecord } from '../../core/ledger/records.ts';
import { NOW } from './clock.ts';

export const ORIGIN = 'broker.example.com/evidence/test';

/** A signer whose key follows from one byte: runs repeat. */
export function testSigner(seed = 1): LogSigner {
  // RFC 8410 §7: PKCS #8 of an Ed25519 key is these bytes and its 32 bytes of seed.
  const pkcs8 = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, seed),
  ]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(-32),
    sign: (message) => Promise.resolve(sign(null, message, key)),
  };
}

export const vkeyOf = (signer: LogSigner, origin = ORIGIN): string =>
  formatVerifierKey(origin, signer.publicKey);

export function keyFor(signer: LogSigner, origin = ORIGIN): VerifierKey {
  const key = parseVerifierKey(vkeyOf(signer, origin));
  if (key === null) throw new Error('no key');
  return key;
}

export interface MemoryLog extends LogStore, LogFolder {
  readonly objects: Map<string, Uint8Array>;
}

export function memoryLog(objects = new Map<string, Uint8Array>()): MemoryLog {
  return {
    objects,
    read: (path) => Promise.resolve(objects.get(path) ?? null),
    list: (folder) => Promise.resolve([...objects.keys()].filter((path) => path.startsWith(folder)).sort()),
    create: (path, bytes) => {
      const standing = objects.get(path);
      if (standing !== undefined && Buffer.compare(standing, bytes) !== 0) throw new Fault('evidence_forked');
      objects.set(path, bytes);
      return Promise.resolve();
    },
    replace: (path, bytes, sizeIn) => {
      if (sizeIn(objects.get(path) ?? new Uint8Array()) <= sizeIn(bytes)) objects.set(path, bytes);
      return Promise.resolve();
    },
  };
}

export function memoryHeads(): LogHeads {
  let head: LogHead = { version: 0, size: 0, edge: [], published: 0, pending: [], at: 0 };
  return {
    read: () => Promise.resolve(head),
    advance: (next) => {
      if (next.version !== head.version + 1) return Promise.resolve('lost');
      head = next;
      return Promise.resolve('written');
    },
  };
}

export function memoryIndex(): LeafIndex {
  const known = new Map<string, IndexedLeaf>();
  return {
    find: (leaves) =>
      Promise.resolve(new Map(leaves.flatMap(({ leaf }) => knownAs(known.get(leaf)?.index, leaf)))),
    put: (leaves) => {
      for (const leaf of leaves) known.set(leaf.leaf, leaf);
      return Promise.resolve();
    },
    of: (pk) =>
      Promise.resolve([...known.values()].filter((leaf) => leaf.pk === pk).sort((a, b) => a.index - b.index)),
  };
}
const knownAs = (index: number | undefined, leaf: string): readonly (readonly [string, number])[] =>
  index === undefined ? [] : [[leaf, index]];

/** What one archiver needs, all of it in memory but for what is given. */
export const commitPorts = (given: Partial<CommitPorts> = {}): CommitPorts => ({
  origin: ORIGIN,
  log: memoryLog(),
  heads: memoryHeads(),
  index: memoryIndex(),
  signer: testSigner(),
  clock: () => NOW * 1000,
  ...given,
});

/** The leaf of a record in its place. */
export const leafOfRecord = (record: LedgerRecord): NewLeaf => leafOfItem(keyOf(record), jcs(record), NOW);

/** So many small records, each another one. */
export const numberedLeaves = (count: number, from = 0): readonly NewLeaf[] =>
  Array.from({ length: count }, (_, at) =>
    leafOfRecord({
      v: 1,
      type: 'key',
      accessKeyId: `ASIATEST${String(from + at).padStart(12, '0')}`,
      writ: '01jd3v9q2m8x7c4b',
      at: NOW + from + at,
    }),
  );

/** A log of so many leaves that came in batches of these sizes, over and over. */
export async function writtenLog(
  size: number,
  batches: readonly number[] = [100],
  ports: Partial<CommitPorts> = {},
): Promise<{
  readonly log: MemoryLog;
  readonly key: VerifierKey;
  readonly vkey: string;
  readonly ports: CommitPorts;
}> {
  const log = memoryLog();
  const all = commitPorts({ log, ...ports });
  for (let [from, round] = [0, 0]; from < size; round++) {
    const count = Math.min(batches[round % batches.length] ?? 1, size - from);
    await commit(numberedLeaves(count, from), all);
    from += count;
  }
  return { log, key: keyFor(all.signer, all.origin), vkey: vkeyOf(all.signer, all.origin), ports: all };
}
