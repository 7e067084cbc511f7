/**
 * The only way to a secret. Private and small: no policy engine, no forms, and as little trust in exchange as can be
 * (what is left of it: `session/replan.ts`).
 *
 *     intent and heads → subject again → plan → assume → settle (outcome in the ledger) ∥ recheck → answer
 *
 * What it is handed must be what the ledger holds, byte for byte. The secret leaves on the last line or not at all:
 * whatever throws before drops it.
 */
import { isArchiveBehind } from './archive/behind.ts';
import { Fault } from './fault.ts';
import { openHandover } from './ledger/handover.ts';
import { issuedItem, keyItem, outcomeItem } from './ledger/keys.ts';
import { draftFailed, draftIssued, draftKeyPointer } from './ledger/settle.ts';
import type { Handover, MintAnswer, MintPorts } from './ports.ts';
import { headsOf, inAccount, standing, standingAfter, UNREAD } from './revocation/heads.ts';
import { fail, stopBefore, withhold } from './revocation/stop.ts';
import { replan } from './session/replan.ts';
import { verifySubject } from './tokens/subject.ts';

/**
 * Mints one session from a recorded intent.
 *
 * @param handover - From exchange: the intent's bytes must be the ledger's, and its openings must fit.
 * @returns the credential; or the refusal, whose outcome is in the ledger.
 * @throws Fault where anything of ours did not work, or what was handed over differs: no secret has left.
 */
export async function mint(handover: Handover, ports: MintPorts): Promise<MintAnswer> {
  const now = seconds(ports);
  const opened = openHandover(handover);
  const { intent } = opened;

  // Intent, heads and health in one consistent read: no record, no secret; what is over, or could not be ended, is not
  // begun (rules 1 and 8).
  const heads = headsOf(intent);
  const before = await ports.readHeads(heads, intent.writ, intent.account);
  if (before.intent === null) throw new Fault('intent_missing');
  if (before.intent !== handover.intent) throw new Fault('intent_differs');
  if (now >= intent.issueBefore) throw new Fault('too_late');
  const early = inAccount(standing(before.heads, now), before.verifiedAt, now);
  if (early.state !== 'clear') return stopBefore(early, opened, now, ports.ledger);
  // What nobody could prove afterwards is not begun either.
  if (isArchiveBehind(before.archivedTo, now)) throw new Fault('archive_behind', { retryAfter: 60 });

  const subject = await verifySubject(handover.subject_token, intent.subject.token_type, {
    issuers: ports.policy.bundle.issuers,
    findKey: ports.findKey,
    now,
  });
  if (!subject.ok) return fail(subject.refusal, opened, now, ports.ledger);
  if (subject.value.token !== intent.subject.token || subject.value.id !== intent.subject.id) {
    throw new Fault('intent_differs');
  }

  const plan = replan(opened, subject.value, ports.policy, now);
  const asked = await ports.assumeRole(plan);
  if (!asked.ok) {
    const mayExistUntil = asked.mayExist ? seconds(ports) + plan.DurationSeconds : null;
    await ports.ledger.settle(
      outcomeItem(draftFailed(opened, seconds(ports), asked.error, mayExistUntil)),
      null,
    );
    throw new Fault(asked.mayExist ? 'sts_unavailable' : 'sts_refused');
  }

  // Both start after STS has answered, so both may run side by side; both must have ended well before the answer.
  const { assumed } = asked;
  const issued = draftIssued(opened, plan, assumed, seconds(ports));
  const [settled, after] = await Promise.all([
    ports.ledger.settle(issuedItem(issued, intent.deadline), keyItem(draftKeyPointer(issued))),
    // A recheck that could not be made has not been passed.
    ports.readHeads(heads, null, intent.account).catch(() => null),
  ]);
  if (settled === 'exists') throw new Fault('outcome_slot_lost');
  const rechecked = after === null ? UNREAD : standingAfter(after.heads, seconds(ports), issued.issuedAt);
  const late = inAccount(rechecked, after?.verifiedAt ?? null, seconds(ports));
  if (late.state !== 'clear') return withhold(late, opened, seconds(ports), ports.ledger);

  return { ok: true, credential: assumed.credential };
}

/** NumericDate. Asked anew where time has passed: STS may have taken its time. */
const seconds = (ports: MintPorts): number => Math.floor(ports.clock() / 1000);
