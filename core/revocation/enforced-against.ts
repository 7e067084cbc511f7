/** Which principals' revocations AWS was seen to enforce against one writ. */
import { enforcedKey, revocationKey } from '../ledger/keys.ts';
import { recordIn } from '../ledger/read-item.ts';
import type { Enforced, Intent } from '../ledger/records.ts';
import type { ItemKey, Ledger, ReadHeads } from '../ports.ts';
import { covers } from './covers.ts';
import { isStamped } from './entry.ts';
import { denyBefore, headsOf } from './heads.ts';
import type { Revocations } from './ports.ts';

export interface EnforcedAgainstPorts {
  readonly ledger: Pick<Ledger, 'append' | 'readMany' | 'story'>;
  readonly readHeads: ReadHeads;
  readonly revocations: Pick<Revocations, 'entries'>;
}

/** A revocation, and when AWS was seen to refuse because of it, NumericDate. */
export interface EndedBy {
  readonly revocation: string;
  readonly at: number;
}

/**
 * Heads first, in one read: a writ that no cut-off covers, which is nearly every writ, costs no more than that. Where
 * one does, the account's active entries name its revocation, and that one's own record says whether it was seen.
 *
 * An entry stands for an hour and some minutes after T', longer than any session that it denies. Whoever asks later
 * than that no longer finds it, and gets fewer revocations than there were; never one that was not.
 *
 * @param issuedAt - STS's own issue time, NumericDate.
 */
export async function enforcedAgainst(
  intent: Intent,
  issuedAt: number,
  { ledger, readHeads, revocations }: EnforcedAgainstPorts,
): Promise<readonly Enforced[]> {
  const names = headsOf(intent).filter(({ kind }) => kind !== 'writ');
  const { heads } = await readHeads(names, null, null);
  if (!heads.some(({ cutoff }) => cutoff !== null && issuedAt < denyBefore(cutoff))) return [];

  const entries = await revocations.entries(intent.account);
  const covering = entries.filter((entry) => isStamped(entry) && covers(entry, names, issuedAt));
  // One revocation of a device has an entry for each of its names.
  const ids = new Set(covering.map(({ revocation }) => revocation));
  const places = [...ids].map(
    (id): ItemKey => ({ pk: revocationKey(id), sk: enforcedKey(id, intent.account) }),
  );
  const found = await ledger.readMany(places);
  return found.map(recordIn).filter((record) => record?.type === 'enforced');
}
