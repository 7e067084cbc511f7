import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): SHA-256, leaves and nodes told apart by their first byte, so that
 * nobody can pass a node off as a leaf. Sizes and indices are whole numbers up to 2^53 − 1: arithmetic, no bit operators,
 * which JavaScript does in 32 bits.
 */

/** One SHA-256, bytes. */
export const HASH_BYTES = 32;

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  hash('sha256', Buffer.concat(parts), 'buffer');

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** `SHA-256(0x00 ‖ entry)`. An entry is a body's UTF-8 bytes, without length or line end. */
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(LEAF, entry);

/** `SHA-256(0x01 ‖ left ‖ right)` */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);

/** A node by its place: `level` 0 are the leaves, and it covers the 2^level leaves from index × 2^level on. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/**
 * Perfect subtrees that the leaves from `from` (a multiple of the first one's width) to `to` (exclusive) are the sum of,
 * from left to right. For `from` = 0: the edge of a tree of that size.
 */
export function perfectSubtrees(from: number, to: number): readonly NodeId[] {
  const found: NodeId[] = [];
  for (let at = from; at < to; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++;
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/**
 * Grows a tree by leaves, knowing nothing of it but its edge.
 *
 * @param edge - Roots of the perfect subtrees that `size` is the sum of, largest first, 32 bytes each.
 * @param size - Leaves so far.
 * @param leafHashes - Of the new leaves, in order.
 * @returns the edge of the tree of `size` + `leafHashes.length` leaves.
 * @throws RangeError where the edge is not one of that size.
 */
export function append(
  edge: readonly Uint8Array[],
  size: number,
  leafHashes: readonly Uint8Array[],
): Uint8Array[] {
  checkEdge(edge, size);
  const grown = [...edge];
  let leaves = size;
  for (const leaf of leafHashes) {
    let node = leaf;
    // Each one at the end of the size's binary digits is a complete left sibling.
    for (let rest = leaves; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = grown.pop();
      if (left === undefined) throw new RangeError('edge too short');
      node = nodeHash(left, node);
    }
    grown.push(node);
    leaves++;
  }
  return grown;
}

function checkEdge(edge: readonly Uint8Array[], size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('no size');
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  if (edge.length !== ones) throw new RangeError(`an edge of ${edge.length} hashes, ${ones} expected`);
}

/** Root of the tree with that edge; of the empty tree `SHA-256("")` (RFC 6962 §2.1). */
export function rootOf(edge: readonly Uint8Array[]): Uint8Array {
  const last = edge.at(-1);
  if (last === undefined) return sha256();
  return edge.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

export const sameHash = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
