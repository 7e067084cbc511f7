/** The state of a writ: what its items say, taken together. For whoever reads the ledger; nothing is decided by it. */
import { sha256Hex } from '../encoding/hash.ts';
import type { LedgerItem } from '../ports.ts';
import { enforcedKey, OUTCOME, revokedKey } from './keys.ts';
import { type Flaw, readItem } from './read-item.ts';
import type { Ended, Enforced, Intent, LedgerRecord, OutcomeRecord, Refused, Revoked } from './records.ts';

/** Why a history cannot be true as it stands. */
export type Conflict =
  | { readonly conflict: Flaw; readonly sk: string }
  /** One place holds two bodies: somebody overwrote, and both versions were kept. */
  | { readonly conflict: 'two_versions'; readonly sk: string }
  | { readonly conflict: 'another_writ'; readonly sk: string }
  | { readonly conflict: 'intent_and_refusal'; readonly sk: string }
  | { readonly conflict: 'no_intent'; readonly sk: string }
  /** It names the hash of another intent, or none. */
  | { readonly conflict: 'intent_differs'; readonly sk: string }
  | { readonly conflict: 'ended_without_session'; readonly sk: string }
  | { readonly conflict: 'enforced_without_revocation'; readonly sk: string };

export interface WritState {
  /**
   * `absent`: nothing is known. `open`: recorded, no outcome yet. `conflict`: the items contradict each other or one
   * is no record; the rest of the fields then say what could be read, and prove nothing.
   */
  readonly state: 'absent' | 'open' | 'issued' | 'failed' | 'orphaned' | 'refused' | 'ended' | 'conflict';
  /**
   * Whether credentials that were handed out may still work, as far as the writ's own items say: a principal's
   * revocation stands elsewhere. One that was only asked for or written does not end it: AWS must have been seen to
   * refuse. A writ in conflict counts as live while its deadline could lie ahead.
   */
  readonly live: boolean;
  /** NumericDate. */
  readonly deadline: number | null;
  readonly intent: Intent | null;
  /** SHA-256 of the intent's body, hex: the tag `writ:decision`. */
  readonly intentHash: string | null;
  readonly outcome: OutcomeRecord | null;
  readonly refused: Refused | null;
  readonly ended: Ended | null;
  /** In the order in which they were asked for. */
  readonly revocations: readonly Revoked[];
  readonly enforcement: readonly Enforced[];
  readonly conflicts: readonly Conflict[];
}

/**
 * @param items - All items of one writ, in any order; the same item twice counts once.
 * @param now - NumericDate. Only `live` depends on it.
 * @returns The same state for any order. Never throws, whatever stands in a body.
 */
export const foldWrit = (items: readonly LedgerItem[], now: number): WritState => fold(items, readItem, now);

/** The same, of items that have been read: canonical, and each in its place. */
export const foldRead = (items: readonly Entry[], now: number): WritState =>
  fold(items, ({ record }) => ({ record }), now);

function fold<T extends LedgerItem>(
  items: readonly T[],
  read: (item: T) => ReturnType<typeof readItem>,
  now: number,
): WritState {
  const { entries, flaws } = sortOut(items, read);
  const history = collect(entries);
  const conflicts = [...flaws, ...contradictions(entries, history)].sort((one, other) =>
    byText(JSON.stringify(one), JSON.stringify(other)),
  );
  const facts = { ...history, deadline: history.intent?.deadline ?? null, conflicts };
  if (conflicts.length > 0) return { ...facts, state: 'conflict', live: couldBeLive(entries, items, now) };
  const state = stateOf(history);
  return {
    ...facts,
    state,
    live: wasHandedOut(history) && now < (facts.deadline ?? 0) && !isDenied(history, now),
  };
}

interface Entry {
  readonly pk: string;
  readonly sk: string;
  readonly body: string;
  readonly record: LedgerRecord;
}

type History = Omit<WritState, 'state' | 'live' | 'deadline' | 'conflicts'>;

/** Sorted by place and body, so that nothing after this line sees the order of arrival. */
function sortOut<T extends LedgerItem>(
  items: readonly T[],
  reading: (item: T) => ReturnType<typeof readItem>,
): { readonly entries: readonly Entry[]; readonly flaws: readonly Conflict[] } {
  const once = new Map(items.map((item) => [JSON.stringify([item.pk, item.sk, item.body]), item]));
  const entries: Entry[] = [];
  const flaws: Conflict[] = [];
  for (const [, item] of [...once].sort(([one], [other]) => byText(one, other))) {
    const read = reading(item);
    if ('record' in read) entries.push({ ...item, record: read.record });
    else flaws.push({ conflict: read.flaw, sk: item.sk });
  }
  return { entries, flaws };
}

function collect(entries: readonly Entry[]): History {
  const of = <T extends LedgerRecord['type']>(type: T) =>
    entries
      .map(({ record }) => record)
      .filter((record): record is Extract<LedgerRecord, { type: T }> => record.type === type);
  const intent = entries.find(({ record }) => record.type === 'intent');
  return {
    intent: of('intent')[0] ?? null,
    intentHash: intent ? sha256Hex(intent.body) : null,
    outcome: of('outcome')[0] ?? null,
    refused: of('refused')[0] ?? null,
    ended: of('ended')[0] ?? null,
    revocations: of('revoked').sort(
      (one, other) => one.at - other.at || byText(one.revocation, other.revocation),
    ),
    enforcement: of('enforced').sort(
      (one, other) => one.at - other.at || byText(keyText(one), keyText(other)),
    ),
  };
}

const keyText = ({ revocation, account }: Enforced): string => enforcedKey(revocation, account);

function contradictions(entries: readonly Entry[], history: History): Conflict[] {
  const found: Conflict[] = [];
  const writ = entries[0]?.pk;
  const places = new Set<string>();
  for (const { pk, sk, record } of entries) {
    if (pk !== writ || !pk.startsWith('WRIT#')) found.push({ conflict: 'another_writ', sk });
    if (places.has(sk)) found.push({ conflict: 'two_versions', sk });
    places.add(sk);
    if (record.type === 'refused' && history.intent !== null) {
      found.push({ conflict: 'intent_and_refusal', sk });
    }
    if (!('intent' in record)) continue;
    if (history.intent === null) found.push({ conflict: 'no_intent', sk });
    else if (record.intent !== history.intentHash) found.push({ conflict: 'intent_differs', sk });
    if (record.type === 'ended' && !couldEnd(record, history.outcome)) {
      found.push({ conflict: 'ended_without_session', sk });
    }
    if (record.type === 'enforced' && !places.has(revokedKey(record.revocation))) {
      // `20#revoked…` sorts before `21#enforced…`: its revocation would have been seen.
      found.push({ conflict: 'enforced_without_revocation', sk });
    }
  }
  return found;
}

/** Only what was issued can end; `withheld` may reach the ledger where the outcome beside it did not. */
const couldEnd = ({ how }: Ended, outcome: OutcomeRecord | null): boolean =>
  outcome === null ? how === 'withheld' : outcome.outcome === 'issued';

function stateOf({ refused, intent, ended, outcome }: History): Exclude<WritState['state'], 'conflict'> {
  if (refused !== null) return 'refused';
  if (intent === null) return 'absent';
  if (ended !== null) return 'ended';
  return outcome?.outcome ?? 'open';
}

/** An early end is a word in the ledger; only a withheld secret is known to be in nobody's hands. */
const wasHandedOut = ({ outcome, ended }: History): boolean =>
  outcome?.outcome === 'issued' && ended?.how !== 'withheld';

/** Asked and written are not enough: AWS must have been seen to refuse. */
const isDenied = ({ enforcement }: History, now: number): boolean =>
  enforcement.some(({ seenRefused }) => seenRefused !== null && seenRefused <= now);

/**
 * Where versions differ, the one that would leave credentials alive counts: better one alarm too many. So does an outcome
 * that cannot be read: another release may have issued.
 */
function couldBeLive(entries: readonly Entry[], items: readonly LedgerItem[], now: number): boolean {
  const unread = items.filter((item) => item.sk === OUTCOME && 'flaw' in readItem(item));
  const issued =
    unread.length > 0 ||
    entries.some(({ record }) => record.type === 'outcome' && record.outcome === 'issued');
  const ends = entries.flatMap(({ record }) => {
    if (record.type === 'intent') return [record.deadline];
    return record.type === 'outcome' && record.outcome === 'issued' ? [record.expiration] : [];
  });
  // An outcome stands in the time index by its writ's deadline, whatever its body says.
  const due = unread.map(({ dueAt }) => Date.parse(dueAt?.split('#')[0] ?? '') / 1000);
  return issued && [...ends, ...due].some((end) => now < end);
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
