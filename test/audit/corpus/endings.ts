/** Revocations, as the ledger tells of them. */
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import type { LedgerRecord } from '../../../core/ledger/records.ts';
import { denyBefore } from '../../../core/revocation/heads.ts';
import { writId } from '../../../core/writ-id.ts';
import { ENFORCED, REVOKED } from '../../core/ledger/fixture.ts';
import type { Chance } from './chance.ts';
import type { Writ } from './writs.ts';

export interface Ending {
  /** NumericDates: when it was asked for, and when AWS was seen to refuse. */
  readonly askedAt: number;
  readonly seenRefused: number;
  readonly records: readonly LedgerRecord[];
}

/** Of one writ, or of its user: then all that stands in every account of those named. */
export function endingOf(
  by: Chance,
  { session, records }: Writ,
  kind: 'writ' | 'user',
  askedAt: number,
): Ending {
  const revocation = writId(
    askedAt * 1000,
    Uint8Array.from({ length: 4 }, () => by.number(0, 255)),
  );
  const seenRefused = askedAt + by.number(6, 20);
  const own = kind === 'writ' ? session.writ : null;
  const intent = own === null ? null : sha256Hex(jcs(records[0]));
  const revoked: LedgerRecord = {
    ...REVOKED,
    revocation,
    at: askedAt,
    writ: own,
    intent,
    kind,
    value: own ?? session.user,
    cutoff: own === null ? null : askedAt,
    by: 'idp:carol',
    requestId: revocation,
  };
  const cutoff = askedAt + 1;
  const stamped: LedgerRecord = {
    v: 1,
    type: 'stamped',
    revocation,
    at: cutoff,
    cutoff,
    denyBefore: denyBefore(cutoff),
  };
  const enforced: LedgerRecord = {
    ...ENFORCED,
    revocation,
    at: seenRefused,
    writ: own,
    intent,
    account: session.account,
    written: askedAt + 2,
    seenRefused,
  };
  return { askedAt, seenRefused, records: own === null ? [revoked, stamped, enforced] : [revoked, enforced] };
}
