/**
 * Ledger, heads and what is spent, in memory, with the contract of `core/ports.ts` and a conscience: each call takes
 * effect at once, and what no caller may ever do to the ledger is an error here, where a real table would obey.
 */
import { isoTime } from '../../core/encoding/iso-time.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { ENDED, INTENT, KEY, OUTCOME, REFUSED } from '../../core/ledger/keys.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import type { Head, HeadKey, Ledger, LedgerItem, Openings, ReadHeads, Spend } from '../../core/ports.ts';
import type { DenyEntry } from '../../core/revocation/entry.ts';
import { VERIFIED_AT } from '../support/health.ts';
import { type Effect, headKey, InvariantBroken } from './memory-effects.ts';
import { memoryRevocations, type RevocationEffects, type StoredHead } from './memory-revocations.ts';

export type Effects = { readonly [K in keyof Ledger]: Effect<Ledger[K]> } & {
  readonly readHeads: Effect<ReadHeads>;
} & RevocationEffects;

export interface MemoryTables {
  readonly effects: Effects;
  /** Puts a head by hand; it replaces the one before. */
  setHead(head: Head): void;
  items(): readonly LedgerItem[];
  /**
   * All that a later call could see, as text: two tables with the same text behave the same. When something was seen to
   * be enforced is told to people, and decides nothing here.
   */
  state(): string;
}

export function memoryTables(): MemoryTables {
  const ledger = new Map<string, LedgerItem>();
  const people = new Map<string, string>();
  const proofs = new Map<string, string>();
  const actorTokens = new Map<string, string>();
  const heads = new Map<string, StoredHead>();
  const entries = new Map<string, DenyEntry>();

  const keyOf = (pk: string, sk: string): string => `${pk}|${sk}`;
  const at = (pk: string, sk: string) => ledger.get(keyOf(pk, sk));

  function put(item: LedgerItem): void {
    const key = keyOf(item.pk, item.sk);
    if (ledger.has(key)) throw new InvariantBroken(`${key} would be replaced`);
    const flaw = flawOf(item);
    if (flaw !== null) throw new InvariantBroken(`${key} ${flaw}`);
    if ([OUTCOME, ENDED].includes(item.sk) && at(item.pk, INTENT) === undefined) {
      throw new InvariantBroken(`${key} comes before its intent`);
    }
    if (item.sk === REFUSED && at(item.pk, INTENT) !== undefined) {
      throw new InvariantBroken(`${key} refuses what has an intent`);
    }
    ledger.set(key, item);
  }

  /** What stands in the way of a put: nothing, the same bytes, or another's. */
  function standing(item: LedgerItem): 'free' | 'written' | 'exists' {
    const there = at(item.pk, item.sk);
    if (there === undefined) return 'free';
    return there.body === item.body ? 'written' : 'exists';
  }

  const isOfAnotherKey = ({ actorToken }: Spend): boolean =>
    actorToken !== undefined && (actorTokens.get(actorKey(actorToken)) ?? actorToken.jkt) !== actorToken.jkt;

  function take(spend: Spend): void {
    proofs.set(proofKey(spend), spend.by);
    if (spend.actorToken) actorTokens.set(actorKey(spend.actorToken), spend.actorToken.jkt);
  }

  const open = (
    item: LedgerItem,
    openings: { readonly subject: string; readonly values: Openings },
  ): void => {
    put(item);
    people.set(keyOf(openings.subject, keyOf(item.pk, item.sk)), jcs(openings.values));
  };

  const effects: Effects = {
    ...memoryRevocations({
      heads,
      entries,
      at,
      put,
      open,
      take,
      isSpent: (spend) => proofs.has(proofKey(spend)),
    }),

    record(item, openings, spend) {
      const stands = standing(item);
      if (stands !== 'free') return stands;
      if (spend !== null && proofs.has(proofKey(spend))) return 'proof_spent';
      if (spend !== null && isOfAnotherKey(spend)) return 'actor_token_of_another_key';
      open(item, openings);
      if (spend !== null) take(spend);
      return 'written';
    },

    settle(outcome, key) {
      const stands = standing(outcome);
      if (stands !== 'free') return stands;
      if (key !== null && (key.sk !== KEY || at(key.pk, key.sk) !== undefined)) {
        throw new InvariantBroken(`${key.pk} points twice`);
      }
      put(outcome);
      if (key !== null) put(key);
      return 'written';
    },

    spend(spend) {
      if ((proofs.get(proofKey(spend)) ?? spend.by) !== spend.by) return 'proof_spent';
      if (isOfAnotherKey(spend)) return 'actor_token_of_another_key';
      take(spend);
      return 'spent';
    },

    append(item) {
      const stands = standing(item);
      if (stands !== 'free') return stands;
      put(item);
      return 'written';
    },

    due(hour, { from, to }) {
      const keys = [...ledger.values()]
        .filter(({ due, dueAt }) => due === hour && isBetween(dueAt, isoTime(from), isoTime(to)))
        .sort((one, other) => ((one.dueAt ?? '') < (other.dueAt ?? '') ? -1 : 1))
        .map(({ pk, sk }) => ({ pk, sk }));
      return { keys, next: null };
    },

    read: (pk, sk) => at(pk, sk) ?? null,

    story: (pk) =>
      [...ledger.values()]
        .filter((item) => item.pk === pk)
        .sort((one, other) => (one.sk < other.sk ? -1 : 1)),

    readMany: (keys) => keys.flatMap(({ pk, sk }) => at(pk, sk) ?? []),

    readHeads(keys, writ, account) {
      // BatchGetItem refuses a key that is asked for twice.
      if (new Set(keys.map(headKey)).size !== keys.length) throw new InvariantBroken('a head twice');
      return {
        heads: keys.flatMap((key) => {
          const stored = heads.get(headKey(key));
          return stored === undefined ? [] : [toHead(key, stored)];
        }),
        intent: writ === null ? null : (at(`WRIT#${writ}`, INTENT)?.body ?? null),
        verifiedAt: account === null ? null : VERIFIED_AT,
        archivedTo: account === null ? null : VERIFIED_AT,
      };
    },
  };

  return {
    effects,
    setHead: ({ kind, value, pending, ...head }) =>
      void heads.set(headKey({ kind, value }), {
        ...head,
        pending: pending ? ['by hand'] : [],
        blockSeq: null,
      }),
    items: () => [...ledger.values()],
    state: () =>
      [ledger, people, proofs, actorTokens, heads, entries]
        .map((map) =>
          [...map]
            .map(([key, value]) => (key.includes('|21#enforced#') ? key : `${key}=${intern(value)}`))
            .sort(),
        )
        .join('\n'),
  };
}

/** The same few items are put in thousands of schedules: each is looked at once. */
const lookedAt = new Map<string, string | null>();
function flawOf(item: LedgerItem): string | null {
  const name = `${item.pk} ${item.sk} ${item.body}`;
  const known = lookedAt.get(name);
  if (known !== undefined) return known;
  const isCanonical = jcs(JSON.parse(item.body)) === item.body;
  const flaw = !isCanonical
    ? 'is not canonical'
    : 'record' in readItem(item)
      ? null
      : 'is no record of that place';
  lookedAt.set(name, flaw);
  return flaw;
}

const isBetween = (dueAt: string | undefined, from: string, to: string): boolean =>
  dueAt !== undefined && dueAt >= from && dueAt < to;

const proofKey = ({ proof }: Spend): string => `${proof.jkt}|${proof.jti}`;
const actorKey = ({ iss, jti }: NonNullable<Spend['actorToken']>): string => `${iss}|${jti}`;
const toHead = (
  { kind, value }: HeadKey,
  { pending, cutoff, blockedUntil, blockedBy }: StoredHead,
): Head => ({
  kind,
  value,
  pending: pending.length > 0,
  cutoff,
  blockedUntil,
  ...(blockedBy === undefined ? {} : { blockedBy }),
});

const numbers = new Map<string, number>();
const numbered = new WeakMap<object, number>();
/** A number for every value met, so that a state of many records is a short text. Values are never changed. */
export function intern(value: unknown): number {
  const isObject = typeof value === 'object' && value !== null;
  const before = isObject ? numbered.get(value) : undefined;
  if (before !== undefined) return before;
  const text = JSON.stringify(value) ?? 'undefined';
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  if (isObject) numbered.set(value, number);
  return number;
}
