/** Says in the ledger that AWS was seen to refuse, once for each revocation and account. */
import { ENDED, endedItem, enforcedItem, INTENT, OUTCOME, writKey } from '../ledger/keys.ts';
import { recordIn } from '../ledger/read-item.ts';
import type { Ended, Enforced } from '../ledger/records.ts';
import { MEASURED_KEPT } from '../limits.ts';
import type { Clock, ItemKey, Ledger, LedgerItem } from '../ports.ts';
import { isWritEntry, type StampedEntry, type WritEntry } from './entry.ts';
import type { Flight } from './keep.ts';
import { type AccountPorts, type Revocations, RUNGS, type Rung } from './ports.ts';
import type { SeenRefused } from './watch.ts';

export interface EnforcePorts {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'readMany'>;
  readonly revocations: Pick<Revocations, 'recordEnforced'>;
}

/**
 * Records what a document that was seen in force denies, less what the ledger has of this account. A writ that was alive
 * until then ends by it.
 *
 * @returns how many entries were recorded.
 * @throws Fault `ledger_unavailable`: the entries say what is missing, and the next run records it.
 */
export type Enforce = (seen: SeenRefused) => Promise<number>;

/** For one run: what it has recorded it does not record, or measure, again. */
export function enforcer(
  { account, state }: Pick<AccountPorts, 'account' | 'state'>,
  ports: EnforcePorts,
): Enforce {
  const recorded = new Set<string>();
  /** What a call that failed half-way leaves to the next one: it must not record, or measure, again. */
  let [untold, unmeasured]: [number, readonly number[]] = [0, []];
  const measure = async (): Promise<number> => {
    if (unmeasured.length > 0) await state.addMeasured(unmeasured.slice(-MEASURED_KEPT));
    const told = untold;
    [untold, unmeasured] = [0, []];
    return told;
  };
  return async ({ flight, at }) => {
    const entries = flight.wanted.entries.filter(
      (entry) => !entry.recordedIn.includes(account) && !recorded.has(nameOf(entry)),
    );
    if (entries.length === 0) return measure();
    const seenRefused = Math.floor(at / 1000);
    const ended = await endedBy(entries.filter(isWritEntry), seenRefused, ports.ledger);
    const rungs = rungsOf(entries, flight);
    const recordedAt = Math.floor(ports.clock() / 1000);
    const enforced = entries.map((entry) => ({
      entry,
      item: enforcedItem(draftEnforced(entry, { account, flight, rungs, seenRefused, recordedAt })),
      ended: ended.get(entry.revocation) ?? null,
    }));
    await ports.revocations.recordEnforced(enforced, account);
    for (const entry of entries) recorded.add(nameOf(entry));
    const asked = new Map(entries.map(({ revocation, askedAt }) => [revocation, askedAt]));
    unmeasured = [...unmeasured, ...[...asked.values()].map((askedAt) => Math.max(0, at - askedAt))];
    untold += entries.length;
    return measure();
  };
}

const nameOf = ({ revocation, kind, value }: StampedEntry): string => `${revocation}#${kind}#${value}`;

/** Entries of one revocation share their record: it names the one that denies most. */
function rungsOf(entries: readonly StampedEntry[], { wanted }: Flight): ReadonlyMap<string, Rung> {
  const rungs = new Map<string, Rung>();
  for (const entry of entries) {
    const [rung, other] = [wanted.document.rungOf(entry), rungs.get(entry.revocation)];
    const higher = other !== undefined && RUNGS.indexOf(other) > RUNGS.indexOf(rung) ? other : rung;
    rungs.set(entry.revocation, higher);
  }
  return rungs;
}

/** What all entries of one record of enforcement share. Times are NumericDates. */
interface Enforcement {
  readonly account: string;
  readonly flight: Flight;
  /** By revocation. */
  readonly rungs: ReadonlyMap<string, Rung>;
  readonly seenRefused: number;
  readonly recordedAt: number;
}

const draftEnforced = (
  entry: StampedEntry,
  { account, flight, rungs, seenRefused, recordedAt }: Enforcement,
): Enforced => ({
  v: 1,
  type: 'enforced',
  revocation: entry.revocation,
  at: recordedAt,
  writ: isWritEntry(entry) ? entry.value : null,
  intent: isWritEntry(entry) ? entry.intent : null,
  account,
  policyVersion: flight.version,
  rung: rungs.get(entry.revocation) ?? flight.wanted.document.rungOf(entry),
  written: Math.floor(flight.at / 1000),
  seenRefused,
});

/**
 * Ends of the writs that were issued and had not come to their deadline. What was never issued has no session that
 * could end, and what AWS was first seen to refuse after the deadline had ended by itself.
 *
 * @returns items by the revocation that ends the writ: the first one, where there are several.
 */
async function endedBy(
  entries: readonly WritEntry[],
  seenRefused: number,
  ledger: Pick<Ledger, 'readMany'>,
): Promise<ReadonlyMap<string, LedgerItem>> {
  const latestFirst = [...entries].sort((one, other) => other.askedAt - one.askedAt);
  const writs = [...new Map(latestFirst.map((entry) => [entry.value, entry])).values()];
  const keys = writs.flatMap(({ value }): readonly ItemKey[] =>
    [INTENT, OUTCOME, ENDED].map((sk) => ({ pk: writKey(value), sk })),
  );
  const records = (keys.length === 0 ? [] : await ledger.readMany(keys)).map(recordIn);
  const deadlines = new Map<string, number>();
  const issued = new Set<string>();
  const over = new Set<string>();
  for (const record of records) {
    if (record?.type === 'intent') deadlines.set(record.writ, record.deadline);
    if (record?.type === 'outcome' && record.outcome === 'issued') issued.add(record.writ);
    if (record?.type === 'ended') over.add(record.writ);
  }
  return new Map(
    writs
      .filter(
        ({ value }) => issued.has(value) && !over.has(value) && seenRefused < (deadlines.get(value) ?? 0),
      )
      .map((entry) => [entry.revocation, endedItem(draftEnded(entry, seenRefused))]),
  );
}

const draftEnded = ({ value, intent, revocation }: WritEntry, at: number): Ended => ({
  v: 1,
  type: 'ended',
  writ: value,
  at,
  intent,
  how: 'revoked',
  revocation,
});
