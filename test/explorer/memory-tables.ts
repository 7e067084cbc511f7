/**
 * Ledger, heads and what is spent, in memory, with the contract of `core/ports.ts` and a conscience: each call takes
 * effect at once, and what no caller may ever do to the ledger is an error here, where a real table would obey.
 */
import { isoTime } from '../../core/encoding/iso-time.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { ENDED, INTENT, KEY, OUTCOME, REFUSED } from '../../core/ledger/keys.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import type { Head, HeadKey, Ledger, LedgerItem, ReadHeads, Spend } from '../../core/ports.ts';

/** Somebody did to the ledger what nobody may do to it (rule 1). */
export class InvariantBroken extends Error {}

/** The ports' own types without their promises: an effect has no moment between its beginning and its end. */
type Effect<F> = F extends (...of: infer A) => Promise<infer R> ? (...of: A) => R : never;
export type Effects = { readonly [K in keyof Ledger]: Effect<Ledger[K]> } & {
  readonly readHeads: Effect<ReadHeads>;
};

export interface MemoryTables {
  readonly effects: Effects;
  /** Puts a head, as whoever revokes does; it replaces the one before. */
  setHead(head: Head): void;
  items(): readonly LedgerItem[];
  /** All that a later call could see, as text: two tables with the same text behave the same. */
  state(): string;
}

export function memoryTables(): MemoryTables {
  const ledger = new Map<string, LedgerItem>();
  const people = new Map<string, string>();
  const proofs = new Map<string, string>();
  const actorTokens = new Map<string, string>();
  const heads = new Map<string, Head>();

  const keyOf = (pk: string, sk: string): string => `${pk}|${sk}`;
  const at = (pk: string, sk: string) => ledger.get(keyOf(pk, sk));

  function put(item: LedgerItem): void {
    const key = keyOf(item.pk, item.sk);
    if (ledger.has(key)) throw new InvariantBroken(`${key} would be replaced`);
    if (jcs(JSON.parse(item.body)) !== item.body) throw new InvariantBroken(`${key} is not canonical`);
    if (!('record' in readItem(item))) throw new InvariantBroken(`${key} is no record of that place`);
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

  const effects: Effects = {
    record(item, openings, spend) {
      const stands = standing(item);
      if (stands !== 'free') return stands;
      if (spend !== null && proofs.has(proofKey(spend))) return 'proof_spent';
      if (spend !== null && isOfAnotherKey(spend)) return 'actor_token_of_another_key';
      put(item);
      people.set(keyOf(openings.subject, keyOf(item.pk, item.sk)), jcs(openings.values));
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

    due(hour, upTo) {
      const keys = [...ledger.values()]
        .filter(({ due, dueAt }) => due === hour && dueAt !== undefined && dueAt < isoTime(upTo))
        .sort((one, other) => ((one.dueAt ?? '') < (other.dueAt ?? '') ? -1 : 1))
        .map(({ pk, sk }) => ({ pk, sk }));
      return { keys, next: null };
    },

    read: (pk, sk) => at(pk, sk) ?? null,

    readHeads: (keys, writ) => ({
      heads: keys.flatMap((key) => heads.get(headKey(key)) ?? []),
      intent: writ === null ? null : (at(`WRIT#${writ}`, INTENT)?.body ?? null),
    }),
  };

  return {
    effects,
    setHead: (head) => void heads.set(headKey(head), head),
    items: () => [...ledger.values()],
    state: () =>
      [ledger, people, proofs, actorTokens, heads]
        .map((map) => [...map].map(([key, value]) => `${key}=${intern(value)}`).sort())
        .join('\n'),
  };
}

const proofKey = ({ proof }: Spend): string => `${proof.jkt}|${proof.jti}`;
const actorKey = ({ iss, jti }: NonNullable<Spend['actorToken']>): string => `${iss}|${jti}`;
const headKey = ({ kind, value }: HeadKey): string => `${kind}|${value}`;

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
