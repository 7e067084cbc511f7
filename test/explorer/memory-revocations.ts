/** Revocations in memory: heads, and what is denied, with the contract of `core/revocation/ports.ts`. */
import type { LedgerItem, Openings, Spend } from '../../core/ports.ts';
import type { DenyEntry, PrincipalEntry } from '../../core/revocation/entry.ts';
import type { HeadChange, Revocations } from '../../core/revocation/ports.ts';
import { type Effect, headKey, InvariantBroken } from './memory-effects.ts';

export type RevocationEffects = { readonly [K in keyof Revocations]: Effect<Revocations[K]> };

export interface StoredHead {
  /** Revocations that have no cut-off yet. */
  readonly pending: readonly string[];
  readonly cutoff: number | null;
  readonly blockedUntil: number | null;
  readonly blockedBy?: string;
  readonly blockSeq: number | null;
}

/** What they share with the ledger. */
export interface Shared {
  readonly heads: Map<string, StoredHead>;
  readonly entries: Map<string, DenyEntry>;
  at(pk: string, sk: string): LedgerItem | undefined;
  put(item: LedgerItem): void;
  /** A record with its openings. */
  open(item: LedgerItem, openings: { readonly subject: string; readonly values: Openings }): void;
  take(spend: Spend): void;
  isSpent(spend: Spend): boolean;
}

const NO_HEAD: StoredHead = { pending: [], cutoff: null, blockedUntil: null, blockSeq: null };

export function memoryRevocations({
  heads,
  entries,
  at,
  put,
  open,
  take,
  isSpent,
}: Shared): RevocationEffects {
  /** The first one stands. */
  const putOnce = (item: LedgerItem): void => {
    if (at(item.pk, item.sk) === undefined) put(item);
  };

  return {
    commit({ item, openings, spend, heads: changes, entries: denied }) {
      if (at(item.pk, item.sk) !== undefined) return 'exists';
      if (spend !== null && isSpent(spend)) return 'proof_spent';
      open(item, openings);
      if (spend !== null) take(spend);
      for (const change of changes) {
        const key = headKey(change);
        heads.set(key, changed(heads.get(key) ?? NO_HEAD, change));
      }
      for (const entry of denied) entries.set(entryKey(entry), entry);
      return 'written';
    },

    stamp(stamped, cutoff, item) {
      const stands = at(item.pk, item.sk);
      if (stands !== undefined) return stands.body === item.body ? 'stamped' : 'already';
      put(item);
      for (const entry of stamped) {
        const there = entries.get(entryKey(entry));
        if (there === undefined || there.kind === 'writ' || there.cutoff !== null) {
          throw new InvariantBroken(`${entryKey(entry)} cannot be stamped`);
        }
        entries.set(entryKey(entry), { ...there, cutoff });
        const head = heads.get(headKey(entry)) ?? NO_HEAD;
        heads.set(headKey(entry), {
          ...head,
          pending: head.pending.filter((revocation) => revocation !== entry.revocation),
          cutoff: Math.max(cutoff, head.cutoff ?? 0),
        });
      }
      return 'stamped';
    },

    entries: (account) => [...entries.values()].filter((entry) => ['*', account].includes(entry.account)),

    entriesOf: (revocation) =>
      [...entries.values()].filter(
        (entry): entry is PrincipalEntry => entry.kind !== 'writ' && entry.revocation === revocation,
      ),

    recordEnforced(enforced, account) {
      for (const { entry, item, ended } of enforced) {
        putOnce(item);
        if (ended !== null) putOnce(ended);
        const there = entries.get(entryKey(entry));
        if (there === undefined) continue;
        entries.set(entryKey(entry), {
          ...there,
          recordedIn: [...new Set([...there.recordedIn, account])].sort(),
        });
      }
    },

    forget(over) {
      for (const entry of over) entries.delete(entryKey(entry));
    },
  };
}

const entryKey = ({ account, revocation, value }: DenyEntry): string =>
  `DENY#${account}|${revocation}#${value}`;

/** A writ's first cut-off stands; of a block and a lift the one that was asked for later, and of two alike the block. */
function changed(head: StoredHead, { ends, block }: HeadChange): StoredHead {
  const ended =
    ends === null
      ? head
      : 'cutoff' in ends
        ? { ...head, cutoff: head.cutoff ?? ends.cutoff }
        : { ...head, pending: [...new Set([...head.pending, ends.pendingBy])].sort() };
  if (block === undefined) return ended;
  const { until, seq, by } = block;
  const before = ended.blockSeq ?? -1;
  if (until === null ? before >= seq : before > seq) return ended;
  const { blockedBy: _, ...free } = ended;
  return until === null
    ? { ...free, blockedUntil: null, blockSeq: seq }
    : { ...free, blockedUntil: until, blockedBy: by, blockSeq: seq };
}
