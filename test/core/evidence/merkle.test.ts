import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, leafHash, nodeHash, perfectSubtrees, rootOf } from '../../../core/evidence/merkle.ts';
import {
  inclusionSteps,
  type NodeReader,
  proveConsistency,
  proveInclusion,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/evidence/proofs.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const hexes = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('hex'));
const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

/** Inputs, roots and paths with which implementations of RFC 6962 are commonly tested. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const LEAVES = ENTRIES.map((entry) => leafHash(bytes(entry)));
const OF_0 = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
];
const OF_5 = [
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];

/** RFC 6962 §2.1, word for word: the oracle. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return bytes(ROOTS[0] ?? '');
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}
const reading =
  (leaves: readonly Uint8Array[]): NodeReader =>
  ({ level, index }) =>
    Promise.resolve(treeHash(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));

const numbered = (count: number) => Array.from({ length: count }, (_, at) => leafHash(Buffer.from(`${at}`)));
const MANY = numbered(300);

describe('RFC 6962', () => {
  test.each(ROOTS.map((root, size) => ({ root, size })))('root of $size leaves', ({ root, size }) => {
    expect(hex(rootOf(append([], 0, LEAVES.slice(0, size))))).toBe(root);
  });

  test('audit paths', async () => {
    expect(hexes(await proveInclusion(0, 8, reading(LEAVES)))).toEqual(OF_0);
    expect(hexes(await proveInclusion(5, 8, reading(LEAVES)))).toEqual(OF_5);
    expect(hexes(await proveInclusion(0, 1, reading(LEAVES)))).toEqual([]);
  });

  test('consistency proofs', async () => {
    expect(hexes(await proveConsistency(1, 8, reading(LEAVES)))).toEqual(OF_0);
    expect(hexes(await proveConsistency(6, 8, reading(LEAVES)))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      ...OF_5.slice(1),
    ]);
    expect(hexes(await proveConsistency(2, 5, reading(LEAVES)))).toEqual([OF_0[1], OF_5[0]]);
  });
});

test('appended in whatever batches, the edge is that of all at once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 12 }), (batches) => {
      let [edge, size]: [Uint8Array[], number] = [[], 0];
      const all = numbered(batches.reduce((sum, batch) => sum + batch, 0));
      for (const batch of batches) {
        edge = append(edge, size, all.slice(size, size + batch));
        size += batch;
      }
      expect(hexes(edge)).toEqual(hexes(append([], 0, all)));
      expect(hex(rootOf(edge))).toBe(hex(treeHash(all)));
      expect(edge).toHaveLength(perfectSubtrees(0, size).length);
    }),
  );
});

test('an edge of another size is refused', () => {
  expect(() => append([], 1, [])).toThrow(RangeError);
  expect(() => append(append([], 0, LEAVES), 7, [])).toThrow(RangeError);
  expect(() => append([], -1, [])).toThrow(RangeError);
  expect(() => append([], 0.5, [])).toThrow(RangeError);
});

describe('proofs of every leaf and every size to 300', () => {
  const index = fc.nat(299);
  const size = fc.integer({ min: 1, max: 300 });

  test('inclusion', async () => {
    for (let of = 1; of <= 300; of += of < 70 ? 1 : 23) {
      const root = treeHash(MANY.slice(0, of));
      const node = reading(MANY.slice(0, of));
      for (let at = 0; at < of; at++) {
        const inclusion = {
          index: at,
          size: of,
          leaf: leafOf(at),
          root,
          proof: await proveInclusion(at, of, node),
        };
        expect(verifyInclusion(inclusion)).toBe(true);
      }
    }
  });

  test('inclusion, of any', async () => {
    await fc.assert(
      fc.asyncProperty(index, size, async (at, of) => {
        fc.pre(at < of);
        const node = reading(MANY.slice(0, of));
        const proof = await proveInclusion(at, of, node);
        const root = treeHash(MANY.slice(0, of));
        expect(verifyInclusion({ index: at, size: of, leaf: leafOf(at), proof, root })).toBe(true);
        expect(hex(await rootAt(of, node))).toBe(hex(root));
      }),
      { numRuns: 200 },
    );
  });

  test('consistency, of all pairs to 64 and any to 300', async () => {
    for (let to = 0; to <= 64; to++) for (let from = 0; from <= to; from++) await consistent(from, to);
    await fc.assert(
      fc.asyncProperty(size, size, (one, other) => consistent(Math.min(one, other), Math.max(one, other))),
      { numRuns: 100 },
    );
  });

  async function consistent(from: number, to: number): Promise<void> {
    const proof = await proveConsistency(from, to, reading(MANY.slice(0, to)));
    const heads = { from: head(from), to: head(to) };
    expect(verifyConsistency({ ...heads, proof }), `${from} to ${to}`).toBe(true);
    expect(
      verifyConsistency({ from: { ...heads.from, root: leafHash(bytes('00ff')) }, to: heads.to, proof }),
    ).toBe(false);
    // Every tree begins with the empty one.
    if (from > 0)
      expect(
        verifyConsistency({ from: heads.from, to: { ...heads.to, root: leafHash(bytes('00ff')) }, proof }),
      ).toBe(false);
    expect(verifyConsistency({ ...heads, proof: [...proof, leafOf(0)] })).toBe(false);
    if (proof.length > 0) expect(verifyConsistency({ ...heads, proof: proof.slice(1) })).toBe(false);
    if (proof.length > 0) expect(verifyConsistency({ ...heads, proof: proof.slice(0, -1) })).toBe(false);
  }
  const head = (of: number) => ({ size: of, root: treeHash(MANY.slice(0, of)) });
  const leafOf = (at: number): Uint8Array => MANY[at] ?? bytes('');
});

describe('an inclusion proof that does not hold', () => {
  const good = {
    index: 5,
    size: 8,
    leaf: LEAVES[5] ?? bytes(''),
    proof: OF_5.map(bytes),
    root: bytes(ROOTS[8] ?? ''),
  };
  test('the one that does', () => {
    expect(verifyInclusion(good)).toBe(true);
    expect(
      inclusionSteps(good)
        ?.map(({ hash }) => hex(hash))
        .at(-1),
    ).toBe(ROOTS[8]);
  });

  test.each([
    ['another index', { index: 4 }],
    ['an index beyond the size', { index: 8 }],
    ['an index that is no whole number', { index: 5.5 }],
    ['a negative index', { index: -1 }],
    ['a size beyond what can be counted', { size: 2 ** 53 }],
    // Of trees with the same path, the size is told by the root alone: here it is not the same path.
    ['a smaller size', { size: 6 }],
    ['a far larger size', { size: 16 }],
    ['another leaf', { leaf: LEAVES[4] ?? bytes('') }],
    ['a leaf that is no hash', { leaf: bytes('00') }],
    ['another root', { root: bytes(ROOTS[7] ?? '') }],
    ['a hash too few', { proof: OF_5.slice(1).map(bytes) }],
    ['a hash too many', { proof: [...OF_5, OF_0[0] ?? ''].map(bytes) }],
    ['hashes in another order', { proof: OF_5.toReversed().map(bytes) }],
    ['a hash that is none', { proof: [...OF_5.slice(0, 2).map(bytes), bytes('00')] }],
  ])('%s', (_, change) => {
    expect(verifyInclusion({ ...good, ...change })).toBe(false);
  });
});

test('there is no proof of what is not there', () => {
  expect(() => proveInclusion(8, 8, reading(LEAVES))).toThrow(RangeError);
  expect(() => proveConsistency(9, 8, reading(LEAVES))).toThrow(RangeError);
  expect(
    verifyConsistency({
      from: { size: 2, root: LEAVES[0] ?? bytes('') },
      to: { size: 1, root: LEAVES[0] ?? bytes('') },
      proof: [],
    }),
  ).toBe(false);
});
