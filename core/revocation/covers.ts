import type { HeadKey } from '../ports.ts';
import type { DenyEntry } from './entry.ts';
import { denyBefore } from './heads.ts';

/**
 * Whether an active entry denies a writ's session. A pending one does: its cut-off will be later than anything that has
 * been issued by now.
 *
 * @param names - What the writ can be revoked by: `headsOf`.
 * @param issuedAt - STS's own issue time, NumericDate.
 */
export const covers = (
  { kind, value, cutoff }: DenyEntry,
  names: readonly HeadKey[],
  issuedAt: number,
): boolean =>
  names.some((name) => name.kind === kind && name.value === value) &&
  (kind === 'writ' || cutoff === null || issuedAt < denyBefore(cutoff));
