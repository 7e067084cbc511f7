/** Where each record stands in the ledger (architecture, section 6): a reader of the log can tell it from the body. */
import { isoTime } from '../encoding/iso-time.ts';
import { jcs } from '../encoding/jcs.ts';
import type { ItemKey, LedgerItem } from '../ports.ts';
import type {
  Ended,
  Enforced,
  Enrolled,
  Failed,
  Forgotten,
  Intent,
  Issued,
  KeyPointer,
  LedgerRecord,
  Orphaned,
  Refused,
  RevocationRefused,
  Revoked,
  Stamped,
} from './records.ts';

/** Sort keys. A writ's items, sorted, tell its story; `Query` by `pk` reads it whole. */
export const INTENT = '00#intent';
export const REFUSED = '00#refused';
/** One slot for issued, failed and orphaned: whoever comes second finds it taken (rule 1). */
export const OUTCOME = '10#outcome';
export const ENDED = '30#ended';
export const ENROLLED = '00#enrolled';
export const KEY = '00#key';
export const FORGOTTEN = '00#forgotten';
export const REVOCATION_REFUSED = '00#refused';
export const STAMPED = '20#stamped';
export const revokedKey = (revocation: string): string => `20#revoked#${revocation}`;
export const enforcedKey = (revocation: string, account: string): string =>
  `21#enforced#${revocation}#${account}`;

/** Partition keys. */
export const writKey = (writ: string): string => `WRIT#${writ}`;
export const enrolmentKey = (enrolment: string): string => `ENROLMENT#${enrolment}`;
export const revocationKey = (revocation: string): string => `REVOCATION#${revocation}`;
export const forgottenKey = (forgetting: string): string => `FORGOTTEN#${forgetting}`;
export const accessKeyKey = (accessKeyId: string): string => `KEY#${accessKeyId}`;

/** The one place where a record may stand. Total over records; their own fields decide. */
export function keyOf(record: LedgerRecord): ItemKey {
  switch (record.type) {
    case 'intent':
      return { pk: writKey(record.writ), sk: INTENT };
    case 'refused':
      return { pk: writKey(record.writ), sk: REFUSED };
    case 'outcome':
      return { pk: writKey(record.writ), sk: OUTCOME };
    case 'ended':
      return { pk: writKey(record.writ), sk: ENDED };
    case 'revoked':
      return { pk: filedUnder(record), sk: revokedKey(record.revocation) };
    case 'enforced':
      return { pk: filedUnder(record), sk: enforcedKey(record.revocation, record.account) };
    case 'stamped':
      return { pk: revocationKey(record.revocation), sk: STAMPED };
    case 'revocation_refused':
      return { pk: revocationKey(record.revocation), sk: REVOCATION_REFUSED };
    case 'enrolled':
      return { pk: enrolmentKey(record.enrolment), sk: ENROLLED };
    case 'key':
      return { pk: accessKeyKey(record.accessKeyId), sk: KEY };
    case 'forgotten':
      return { pk: forgottenKey(record.forgetting), sk: FORGOTTEN };
  }
}

/** A place as one word, for maps of items. */
export const placeOf = ({ pk, sk }: ItemKey): string => `${pk} ${sk}`;

/** A writ's revocation stands with the writ, a principal's by itself. */
const filedUnder = ({ writ, revocation }: Revoked | Enforced): string =>
  writ === null ? revocationKey(revocation) : writKey(writ);

/**
 * The intent, indexed by the time at which the sweep asks whether it got its outcome.
 *
 * @param body - `jcs(intent)`: the text whose hash the session carries.
 */
export const intentItem = (intent: Intent, body: string): LedgerItem => ({
  ...keyOf(intent),
  body,
  ...dueIndex(intent.issueBefore, intent.writ),
});

/**
 * An outcome *issued*, indexed by the writ's deadline: whoever closes what is over, or asks who is live, begins there.
 *
 * @param deadline - The intent's, NumericDate.
 */
export const issuedItem = (issued: Issued, deadline: number): LedgerItem => ({
  ...itemOf(issued),
  ...dueIndex(deadline, issued.writ),
});

/** The rest are not due at any time, so the index does not have them. */
export const refusedItem = (refused: Refused): LedgerItem => itemOf(refused);
export const outcomeItem = (outcome: Failed | Orphaned): LedgerItem => itemOf(outcome);
export const revokedItem = (revoked: Revoked): LedgerItem => itemOf(revoked);
export const revocationRefusedItem = (refused: RevocationRefused): LedgerItem => itemOf(refused);
export const stampedItem = (stamped: Stamped): LedgerItem => itemOf(stamped);
export const enforcedItem = (enforced: Enforced): LedgerItem => itemOf(enforced);
export const endedItem = (ended: Ended): LedgerItem => itemOf(ended);
export const enrolledItem = (enrolled: Enrolled): LedgerItem => itemOf(enrolled);
export const forgottenItem = (forgotten: Forgotten): LedgerItem => itemOf(forgotten);
export const keyItem = (pointer: KeyPointer): LedgerItem => itemOf(pointer);

const itemOf = (record: LedgerRecord): LedgerItem => ({ ...keyOf(record), body: jcs(record) });

/** `2026-11-24T11`: the UTC hour that holds a NumericDate, the time index's partition. */
export const dueHour = (numericDate: number): string => isoTime(numericDate).slice(0, 13);

/**
 * The time index's attributes. ISO times of one length sort as text; the id keeps two of one second apart.
 *
 * @param numericDate - Whole seconds since 1970.
 */
export const dueIndex = (
  numericDate: number,
  id: string,
): { readonly due: string; readonly dueAt: string } => ({
  due: dueHour(numericDate),
  dueAt: `${isoTime(numericDate)}#${id}`,
});
