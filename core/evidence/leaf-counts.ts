import type { Leaf } from '../audit/evidence.ts';
import { leafSet } from './leaf-set.ts';

/** Of the leaves that were read. */
export interface LeafCounts {
  readonly leaves: number;
  /** Leaves that do not lead to the signed root. */
  readonly unproven: number;
  /** By type; an outcome by what came out. Sorted by name. */
  readonly records: { readonly [type: string]: number };
  /** Leaves that say that the ledger was changed by other means than Writ's. */
  readonly tamper: number;
  /** Leaves that hold no record of this release: hostile, or of a later one. */
  readonly notRecords: number;
  /** Leaves that were in the log before, byte for byte. */
  readonly duplicates: number;
}

export function tally(): { readonly add: (leaf: Leaf) => void; readonly counts: () => LeafCounts } {
  const met = leafSet();
  const types = new Map<string, number>();
  let [leaves, unproven, notRecords, duplicates] = [0, 0, 0, 0];
  return {
    add: ({ leaf, record, proven }) => {
      leaves++;
      if (!proven) unproven++;
      if (!met.add(Buffer.from(leaf, 'hex'))) duplicates++;
      if (record === null) return void notRecords++;
      const type = record.type === 'outcome' ? record.outcome : record.type;
      types.set(type, (types.get(type) ?? 0) + 1);
    },
    counts: () => ({
      leaves,
      unproven,
      records: Object.fromEntries([...types].sort(([one], [other]) => (one < other ? -1 : 1))),
      tamper: types.get('tamper') ?? 0,
      notRecords,
      duplicates,
    }),
  };
}
