import { Fault } from '../fault.ts';
import { revocationRefusedItem } from '../ledger/keys.ts';
import { isPowerOfTen } from '../ledger/refuse.ts';
import type { Ledger, RefusalCounter, Spend } from '../ports.ts';
import { type Act, draftRevocationRefused } from './draft.ts';
import type { Why } from './may.ts';

/**
 * The record of a revocation that ends nothing. Repeats are counted within a minute and recorded at 1, 10, 100…, as all
 * refusals are (rule 2); the caller learns of neither.
 *
 * @param id - The id that this request is recorded under.
 * @throws Fault `ledger_unavailable`.
 */
export async function recordRevocationRefusal(
  why: Why,
  id: string,
  act: Act,
  spend: Spend | null,
  ports: { readonly ledger: Ledger; readonly refusalCounter: RefusalCounter },
): Promise<void> {
  const { ledger, refusalCounter } = ports;
  const reason = `revoke_${why}`;
  const minute = Math.floor(act.now / 60);
  const { count, first } = await refusalCounter.count(act.by, reason, minute);
  if (first !== null && !isPowerOfTen(count)) {
    if (spend !== null) await ledger.spend(spend);
    return;
  }
  const record = draftRevocationRefused(why, id, { count, first: first ?? id }, act);
  const openings = { subject: act.person, values: act.words.openings };
  let written = await ledger.record(revocationRefusedItem(record), openings, spend);
  // Whose proof has been used before still asked for this.
  if (written === 'proof_spent') written = await ledger.record(revocationRefusedItem(record), openings, null);
  if (written !== 'written') throw new Fault('ledger_unavailable');
  if (first === null) await refusalCounter.name(act.by, reason, minute, id);
}
