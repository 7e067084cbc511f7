/**
 * Which sessions are live: issued, their deadline ahead, and not ended. The time index says where to look and decides
 * nothing; what stands in the table is read consistently, a handful at a time, so that memory stays small however many
 * there are.
 */
import { batchesOf } from './batches.ts';
import { dueWithin, HOUR_SECONDS, hourOf } from './ledger/due.ts';
import { ENDED, INTENT, OUTCOME, placeOf } from './ledger/keys.ts';
import { recordIn } from './ledger/read-item.ts';
import type { Intent } from './ledger/records.ts';
import {
  CLOCK_SKEW_SECONDS,
  ISSUE_WITHIN_SECONDS,
  LIVE_AT_ONCE,
  MAX_CHAINED_SECONDS,
  MINT_TIMEOUT_MILLIS,
} from './limits.ts';
import type { ItemKey, Ledger, LedgerItem } from './ports.ts';
import { headsOf, isSameHead } from './revocation/heads.ts';
import type { LiveSessions } from './revocation/ports.ts';

export type LivePorts = Pick<Ledger, 'due' | 'readMany'>;

/** One that the index names. */
export interface LookedAt {
  readonly intent: Intent;
  /** NumericDate, STS's own; `null`: it is not live, or not wanted. */
  readonly issuedAt: number | null;
}

/**
 * All that the index names from an instant on, soonest deadline first, then by id.
 *
 * @param wanted - Of which to find out whether they are live: the rest costs one read instead of three.
 * @param span - NumericDates: `from` is never before `now`.
 * @returns batches of at most LIVE_AT_ONCE; what cannot be read is left out.
 * @throws Fault `ledger_unavailable`.
 */
export async function* liveFrom(
  span: { readonly from: number; readonly now: number },
  wanted: (intent: Intent) => boolean,
  ledger: LivePorts,
): AsyncGenerator<readonly LookedAt[]> {
  // No deadline is further away than a chained session may last (rule 7), by the clock of whoever set it.
  const to = span.now + MAX_CHAINED_SECONDS + CLOCK_SKEW_SECONDS;
  for await (const pks of dueIn({ from: span.from, to }, OUTCOME, ledger)) {
    yield await lookAt(pks, span.now, wanted, ledger);
  }
}

/** Writs whose session may be issued at this moment, or was a moment ago: what they lead to may not be known yet. */
async function* beingIssued(
  now: number,
  ledger: LivePorts,
): AsyncGenerator<readonly { readonly pk: string; readonly intent: Intent }[]> {
  const span = { from: now - BEING_ISSUED_SECONDS, to: now + ISSUE_WITHIN_SECONDS + CLOCK_SKEW_SECONDS };
  for await (const pks of dueIn(span, INTENT, ledger)) yield await intentsOf(pks, ledger);
}

/** After `issueBefore` mint asks for nothing more; what it had asked for by then has come, or never does. */
const BEING_ISSUED_SECONDS = MINT_TIMEOUT_MILLIS / 1000 + CLOCK_SKEW_SECONDS;

/** Partition keys of what the index names, LIVE_AT_ONCE at a time. */
async function* dueIn(
  { from, to }: { readonly from: number; readonly to: number },
  slot: string,
  ledger: LivePorts,
): AsyncGenerator<readonly string[]> {
  for (let hour = hourOf(from); hour < to; hour += HOUR_SECONDS) {
    for await (const keys of dueWithin(hour, { from: Math.max(from, hour), to }, ledger)) {
      const pks = keys.filter(({ sk }) => sk === slot).map(({ pk }) => pk);
      yield* batchesOf(pks, LIVE_AT_ONCE);
    }
  }
}

async function intentsOf(
  pks: readonly string[],
  ledger: LivePorts,
): Promise<readonly { readonly pk: string; readonly intent: Intent }[]> {
  const keys = pks.map((pk) => ({ pk, sk: INTENT }));
  const items = await readAll(keys, ledger);
  return pks.flatMap((pk) => {
    const record = recordIn(items.get(placeOf({ pk, sk: INTENT })));
    return record?.type === 'intent' ? [{ pk, intent: record }] : [];
  });
}

async function lookAt(
  pks: readonly string[],
  now: number,
  wanted: (intent: Intent) => boolean,
  ledger: LivePorts,
): Promise<readonly LookedAt[]> {
  const intents = await intentsOf(pks, ledger);
  const ahead = intents.filter(({ intent }) => now < intent.deadline && wanted(intent)).map(({ pk }) => pk);
  const more = await readAll(
    ahead.flatMap((pk) => [
      { pk, sk: OUTCOME },
      { pk, sk: ENDED },
    ]),
    ledger,
  );
  return intents.map(({ pk, intent }) => {
    const outcome = recordIn(more.get(placeOf({ pk, sk: OUTCOME })));
    const isIssued = outcome?.type === 'outcome' && outcome.outcome === 'issued';
    const isLive = isIssued && !more.has(placeOf({ pk, sk: ENDED }));
    return { intent, issuedAt: isLive ? outcome.issuedAt : null };
  });
}

/** BatchGetItem's own most: several run side by side. */
const KEYS_OF_A_CALL = 100;

async function readAll(
  keys: readonly ItemKey[],
  ledger: Pick<Ledger, 'readMany'>,
): Promise<ReadonlyMap<string, LedgerItem>> {
  const calls = [...batchesOf(keys, KEYS_OF_A_CALL)].map((some) => ledger.readMany(some));
  return new Map((await Promise.all(calls)).flat().map((item) => [placeOf(item), item]));
}

/** A number for people, and the names of one machine: see `LiveSessions`. */
export function liveSessions(ledger: LivePorts): LiveSessions {
  return {
    async count(of, now) {
      let count = 0;
      const wanted = (intent: Intent) =>
        headsOf(intent).some((name) => of.some((one) => isSameHead(one, name)));
      for await (const looked of liveFrom({ from: now, now }, wanted, ledger)) {
        count += looked.filter(({ issuedAt }) => issuedAt !== null).length;
      }
      return count;
    },
    async namesOf(device, now) {
      const names = new Set<string>();
      const isOfIt = (intent: Intent) =>
        headsOf(intent).some((name) => isSameHead(name, { kind: 'device', value: device }));
      const note = (intent: Intent) => {
        for (const { kind, value } of headsOf(intent)) if (kind === 'device') names.add(value);
      };
      for await (const looked of liveFrom({ from: now, now }, isOfIt, ledger)) {
        for (const { intent, issuedAt } of looked) if (issuedAt !== null) note(intent);
      }
      for await (const intents of beingIssued(now, ledger)) {
        for (const { intent } of intents) if (isOfIt(intent)) note(intent);
      }
      return [...names];
    },
  };
}
