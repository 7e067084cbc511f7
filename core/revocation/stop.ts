/** How mint stops: what the ledger is told, and what the caller. */
import { Fault } from '../fault.ts';
import type { Opened } from '../ledger/handover.ts';
import { endedItem, outcomeItem } from '../ledger/keys.ts';
import { draftFailed, draftWithheld } from '../ledger/settle.ts';
import { RECONCILED_EVERY_SECONDS } from '../limits.ts';
import type { Ledger, MintAnswer } from '../ports.ts';
import type { Refusal } from '../refusals.ts';
import type { Standing } from './heads.ts';

type Stopped = Exclude<Standing, { readonly state: 'clear' }>;

/** The intent gets its outcome, and the caller the reason. No session exists. @param now - NumericDate. */
export async function fail(
  refusal: Refusal,
  opened: Opened,
  now: number,
  ledger: Ledger,
): Promise<MintAnswer> {
  await ledger.settle(outcomeItem(draftFailed(opened, now, refusal.reason, null)), null);
  return { ok: false, refusal };
}

/** Over before it began. A pending cut-off is nobody's refusal: the caller asks again. @param now - NumericDate. */
export async function stopBefore(
  by: Stopped,
  opened: Opened,
  now: number,
  ledger: Ledger,
): Promise<MintAnswer> {
  if (by.state !== 'revoked') throw stoppedBy(by);
  return fail({ reason: 'revoked', kind: by.kind }, opened, now, ledger);
}

/**
 * A session exists and its secret is dropped here. The ledger says so: such a key's use would be an alarm.
 *
 * @param now - NumericDate.
 */
export async function withhold(
  by: Stopped,
  opened: Opened,
  now: number,
  ledger: Ledger,
): Promise<MintAnswer> {
  await ledger.append(endedItem(draftWithheld(opened, now)));
  if (by.state !== 'revoked') throw stoppedBy(by);
  return { ok: false, refusal: { reason: 'revoked', kind: by.kind } };
}

/** What is over without being anybody's refusal: the caller asks again. */
export function stoppedBy(by: Exclude<Stopped, { readonly state: 'revoked' }>): Fault {
  switch (by.state) {
    case 'unread':
      return new Fault('ledger_unavailable');
    case 'unverified':
      return new Fault('account_unverified', { retryAfter: RECONCILED_EVERY_SECONDS });
    case 'pending':
      return new Fault('revocation_pending', { retryAfter: by.retryAfter });
  }
}
