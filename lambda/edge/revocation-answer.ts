import type { Revocation } from '../../core/revoke.ts';

/** RFC 7009 §2.2, with a number. Unknown, over and forbidden are one answer, byte for byte: the reason is the ledger's. */
export function revocationAnswer(revoked: Revocation): { readonly [field: string]: unknown } {
  if (revoked.revocation === null) return { ended: 0 };
  const { ended, revocation, also } = revoked;
  return { ended, revocation, ...(also.length === 0 ? {} : { also }) };
}
