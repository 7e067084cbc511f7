import type { Answer } from '../answer.ts';
import { Fault } from '../fault.ts';
import type { LoadedBundle } from '../policy/bundle.ts';
import type { Ledger, Random, RefusalCounter } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import { personalOf, type Seen } from '../seen.ts';
import { draftRefused } from './draft.ts';
import { refusedItem } from './keys.ts';
import { sealPersonal } from './personal.ts';
import { spendOf } from './spend.ts';

/**
 * Every refusal leaves one record once a token counts; what comes before costs its sender's request and our log
 * line only. Repeats within a minute are counted, and recorded at 1, 10, 100…, so that a loop gone wild cannot
 * fill the ledger, and its size is still in it (rule 2).
 */
export async function recordRefusal(
  refusal: Refusal,
  seen: Seen,
  ports: {
    readonly policy: LoadedBundle;
    readonly random: Random;
    readonly ledger: Ledger;
    readonly refusalCounter: RefusalCounter;
  },
): Promise<Answer<never>> {
  const { subject, proof } = seen;
  if (subject === undefined || proof === undefined) return { ok: false, refusal, writ: null };

  const minute = Math.floor(seen.now / 60);
  const { count, first } = await ports.refusalCounter.count(subject.id, refusal.reason, minute);
  const { ledger } = ports;
  if (first !== null && !isPowerOfTen(count)) {
    // Counted, not recorded; its proof is spent all the same, or it would be good for one more try.
    const spent = await ledger.spend(spendOf(seen.writ, proof, seen.actor));
    if (spent === 'actor_token_of_another_key') await ledger.spend(spendOf(seen.writ, proof, undefined));
    return { ok: false, refusal, writ: first };
  }

  const sealed = seen.sealed ?? sealPersonal(personalOf(seen, subject), ports.random);
  const repeats = { count, first: first ?? seen.writ };
  const item = refusedItem(
    draftRefused(refusal, repeats, seen, { subject, proof }, sealed.hashes, ports.policy.hash),
  );
  const openings = { subject: subject.id, values: sealed.openings };
  let written = await ledger.record(item, openings, spendOf(seen.writ, proof, seen.actor));
  // What cannot be spent may be the very reason for the refusal: what was tried is recorded all the same. An actor
  // token of another key takes nothing from the proof, which is spent without it.
  if (written === 'actor_token_of_another_key') {
    written = await ledger.record(item, openings, spendOf(seen.writ, proof, undefined));
  }
  if (written === 'proof_spent') written = await ledger.record(item, openings, null);
  if (written !== 'written') throw new Fault('ledger_unavailable');
  const named = first ?? (await ports.refusalCounter.name(subject.id, refusal.reason, minute, seen.writ));
  return { ok: false, refusal, writ: named };
}

/** Which of many repeats are recorded: 1, 10, 100… */
export const isPowerOfTen = (count: number): boolean => /^10*$/.test(String(count));
