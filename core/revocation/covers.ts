import type { HeadKey } from '../ports.ts';
import type { DenyEntry } from './entry.ts';
import { denyBefore, isSameHead } from './heads.ts';

/**
 * Whether an active entry denies a writ's session. A pending one does: its cut-off will be later than anything that has
 * been issued by now.
 *
 * @param names - What the writ can be revoked by: `headsOf`.
 * @param issuedAt - STS's own issue time, NumericDate.
 */
export const covers = (entry: DenyEntry, names: readonly HeadKey[], issuedAt: number): boolean =>
  names.some((name) => isSameHead(name, entry)) &&
  (entry.kind === 'writ' || entry.cutoff === null || issuedAt < denyBefore(entry.cutoff));
