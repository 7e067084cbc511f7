/** Ledger items for an archiver: intents, outcomes and ends of writs, each another one. */
import { jcs } from '../../../core/encoding/jcs.ts';
import { endedItem, intentItem, issuedItem } from '../../../core/ledger/keys.ts';
import type { LedgerItem } from '../../../core/ports.ts';
import { writId } from '../../../core/writ-id.ts';
import { DEADLINE, ENDED, INTENT, ISSUED } from '../ledger/fixture.ts';

const idOf = (n: number): string => writId(1_795_517_100_000 + n, new Uint8Array(4).fill(7));

export const intentOf = (n: number): LedgerItem => {
  const intent = { ...INTENT, writ: idOf(n) };
  return intentItem(intent, jcs(intent));
};
export const issuedOf = (n: number): LedgerItem => issuedItem({ ...ISSUED, writ: idOf(n) }, DEADLINE);
export const endedOf = (n: number): LedgerItem => endedItem({ ...ENDED, writ: idOf(n) });
