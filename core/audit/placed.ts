/** Leaves with a record that stands in the ledger, and where: it follows from the record alone. */
import { groupedBy } from '../grouped.ts';
import { keyOf } from '../ledger/keys.ts';
import type { LedgerRecord } from '../ledger/records.ts';
import type { Leaf } from './evidence.ts';

export interface Placed<R extends LedgerRecord = LedgerRecord> {
  readonly pk: string;
  readonly sk: string;
  readonly leaf: Leaf;
  readonly record: R;
}

/** By index, whatever their order: what was put first is what the ledger held. A `tamper` leaf is no item. */
export const placed = (leaves: readonly Leaf[]): readonly Placed[] =>
  leaves
    .flatMap((leaf) => {
      const { record } = leaf;
      return record === null || record.type === 'tamper' ? [] : [{ ...keyOf(record), leaf, record }];
    })
    .sort((one, other) => one.leaf.index - other.leaf.index);

export const ofType = <T extends LedgerRecord['type']>(
  items: readonly Placed[],
  type: T,
): readonly Placed<Extract<LedgerRecord, { type: T }>>[] =>
  items.filter((item): item is Placed<Extract<LedgerRecord, { type: T }>> => item.record.type === type);

const WRIT = /"writ":"([0-9a-hjkmnp-tv-z]{16})"/;

/**
 * What was a record of a writ before somebody changed it: unreadable now, and not in the tree. It says nothing, but whoever
 * looks for that writ has to know that something is missing.
 *
 * @returns by writ id.
 */
export function damaged(leaves: readonly Leaf[]): ReadonlyMap<string, readonly Leaf[]> {
  const found = leaves.flatMap((leaf) => {
    const writ = leaf.proven || leaf.record !== null ? undefined : WRIT.exec(leaf.body)?.[1];
    return writ === undefined ? [] : [{ writ, leaf }];
  });
  const byWrit = groupedBy(found, ({ writ }) => writ);
  return new Map([...byWrit].map(([writ, group]) => [writ, group.map(({ leaf }) => leaf)]));
}
