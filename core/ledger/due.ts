/** Walks the time index. It only points: what counts is read consistently from the table, by whoever walks. */
import type { DuePage, ItemKey, Ledger } from '../ports.ts';
import { dueHour } from './keys.ts';

/** The index's partitions are hours. */
export const HOUR_SECONDS = 3600;

/** The hour that holds an instant, as the NumericDate of its beginning. */
export const hourOf = (numericDate: number): number => numericDate - (numericDate % HOUR_SECONDS);

/**
 * Keys of what is due within one hour, oldest first, a page at a time.
 *
 * @param hour - NumericDate of its beginning.
 * @param span - NumericDates: `from` inclusive, `to` exclusive.
 * @throws Fault `ledger_unavailable`.
 */
export async function* dueWithin(
  hour: number,
  span: { readonly from: number; readonly to: number },
  ledger: Pick<Ledger, 'due'>,
): AsyncGenerator<readonly ItemKey[]> {
  let page: DuePage | null = null;
  do {
    const due: { readonly keys: readonly ItemKey[]; readonly next: DuePage | null } = await ledger.due(
      dueHour(hour),
      span,
      page,
    );
    yield due.keys;
    page = due.next;
  } while (page !== null);
}
