/**
 * Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2; verified as in RFC 9162 §2.1.3.2 and §2.1.4.2): what
 * convinces somebody who has a checkpoint, and not the log.
 */
import { HASH_BYTES, type NodeId, nodeHash, perfectSubtrees, rootOf, sameHash } from './merkle.ts';

/** Hash of one node of a tree: over tiles, see node-reader.ts. */
export type NodeReader = (node: NodeId) => Promise<Uint8Array>;

/** Root of the tree's first `size` leaves. */
export const rootAt = async (size: number, node: NodeReader): Promise<Uint8Array> =>
  rootOf(await edgeAt(size, node));

export const edgeAt = (size: number, node: NodeReader): Promise<Uint8Array[]> =>
  Promise.all(perfectSubtrees(0, size).map(node));

/**
 * Audit path of one leaf, from the leaf up (RFC 6962 §2.1.1).
 *
 * @param index - Of the leaf, from 0.
 * @param size - Leaves of the tree that it is proven for.
 * @throws RangeError where there is no such leaf.
 */
export function proveInclusion(index: number, size: number, node: NodeReader): Promise<Uint8Array[]> {
  checkIndex(index, size);
  const siblings: [from: number, to: number][] = [];
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      siblings.unshift([middle, to]);
      to = middle;
    } else {
      siblings.unshift([from, middle]);
      from = middle;
    }
  }
  return Promise.all(siblings.map(([from, to]) => rangeRoot(from, to, node)));
}

/**
 * Proof that the tree of `to` leaves begins with the tree of `from` leaves (RFC 6962 §2.1.2). Empty where they are the same
 * or `from` is 0: there is nothing to prove.
 */
export function proveConsistency(from: number, to: number, node: NodeReader): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from <= to)) {
    throw new RangeError('no such sizes');
  }
  if (from === 0 || from === to) return Promise.resolve([]);
  const parts: [from: number, to: number][] = [];
  let [left, right] = [0, to];
  // Down to the subtree that ends where the old tree ended, remembering what was left aside.
  while (right !== from) {
    const middle = left + largestPowerBelow(right - left);
    if (from <= middle) {
      parts.unshift([middle, right]);
      right = middle;
    } else {
      parts.unshift([left, middle]);
      left = middle;
    }
  }
  // A subtree that is the whole old tree is known to whoever verifies.
  if (left > 0) parts.unshift([left, right]);
  return Promise.all(parts.map(([a, b]) => rangeRoot(a, b, node)));
}

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** One step of an audit path: what is hashed with what, and what came of it. */
export interface ProofStep {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly hash: Uint8Array;
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(inclusion: Inclusion): boolean {
  const steps = inclusionSteps(inclusion);
  return steps !== null && sameHash(steps.at(-1)?.hash ?? inclusion.leaf, inclusion.root);
}

/**
 * The way from a leaf to a root, to be shown to a person. Whether it is the *right* root is for the caller to compare.
 *
 * @returns `null` where the proof has not the form that index and size demand.
 */
export function inclusionSteps({
  index,
  size,
  leaf,
  proof,
}: Omit<Inclusion, 'root'>): readonly ProofStep[] | null {
  if (!isIndex(index, size) || leaf.length !== HASH_BYTES) return null;
  const steps: ProofStep[] = [];
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0 || sibling.length !== HASH_BYTES) return null;
    if (fn % 2 === 1 || fn === sn) {
      steps.push(step(sibling, hash));
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      steps.push(step(hash, sibling));
    }
    hash = steps.at(-1)?.hash ?? hash;
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? steps : null;
}

export interface Consistency {
  readonly from: { readonly size: number; readonly root: Uint8Array };
  readonly to: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 §2.1.4.2; trees of one size have one root, and the empty tree is the beginning of each. */
export function verifyConsistency({ from, to, proof }: Consistency): boolean {
  if (![from.size, to.size].every((size) => Number.isSafeInteger(size) && size >= 0)) return false;
  if (from.size > to.size || proof.some((hash) => hash.length !== HASH_BYTES)) return false;
  if (from.size === to.size) return proof.length === 0 && sameHash(from.root, to.root);
  if (from.size === 0) return proof.length === 0 && sameHash(from.root, rootOf([]));
  const isPower = perfectSubtrees(0, from.size).length === 1;
  const [first, ...rest] = isPower ? [from.root, ...proof] : proof;
  if (first === undefined) return false;
  let [fn, sn] = [from.size - 1, to.size - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [first, first];
  for (const hash of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(hash, fr);
      sr = nodeHash(hash, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameHash(fr, from.root) && sameHash(sr, to.root);
}

/** Root of the leaves from `from` to `to`, as RFC 6962 splits them. */
const rangeRoot = async (from: number, to: number, node: NodeReader): Promise<Uint8Array> =>
  rootOf(await Promise.all(perfectSubtrees(from, to).map(node)));

/** The largest power of two smaller than n, n > 1. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

const half = (n: number): number => Math.floor(n / 2);
const step = (left: Uint8Array, right: Uint8Array): ProofStep => ({
  left,
  right,
  hash: nodeHash(left, right),
});
const isIndex = (index: number, size: number): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && 0 <= index && index < size;

function checkIndex(index: number, size: number): void {
  if (!isIndex(index, size)) throw new RangeError('no such leaf');
}
