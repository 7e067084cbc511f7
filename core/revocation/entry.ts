/**
 * What an active revocation denies, as it stands in control until nothing that it denies can be alive: one entry for
 * each head. The reconciler folds all of an account's into its deny policy (`deny-document.ts`).
 */
import { DENY_KEPT_SECONDS, MAX_CHAINED_SECONDS } from '../limits.ts';
import type { HeadKind } from '../ports.ts';
import { denyBefore } from './heads.ts';

interface Common {
  /** The revocation's id. */
  readonly revocation: string;
  /** Milliseconds since 1970: when it was asked for. What is measured is measured from here. */
  readonly askedAt: number;
  /** Accounts, twelve digits each, in whose name the ledger has the enforcement. */
  readonly recordedIn: readonly string[];
}

/** One writ: denied whenever it was issued, in the one account that it is of. */
export interface WritEntry extends Common {
  readonly kind: 'writ';
  /** The writ's id. */
  readonly value: string;
  /** Twelve digits. */
  readonly account: string;
  /** NumericDate T, known at once: whoever loses the race for this writ has its secret withheld. */
  readonly cutoff: number;
  /** The tag `writ:user` of its session: whose sessions are denied when the document grows too long. */
  readonly user: string;
  /** NumericDate: by then STS itself has ended the session, whenever it was issued. */
  readonly until: number;
  /** SHA-256 of the intent's body, hex: later records name it. */
  readonly intent: string;
}

/** A principal, in every account: what was issued before T' is denied. */
export interface PrincipalEntry extends Common {
  readonly kind: Exclude<HeadKind, 'writ'>;
  /** Encoded as in the tag; a role's ARN; `*` for all. */
  readonly value: string;
  readonly account: '*';
  /** NumericDate T; `null`: pending, not yet stamped. */
  readonly cutoff: number | null;
}

export type DenyEntry = WritEntry | PrincipalEntry;

/** An entry whose cut-off is known. */
export type StampedEntry = WritEntry | (PrincipalEntry & { readonly cutoff: number });

export const isStamped = (entry: DenyEntry): entry is StampedEntry => entry.cutoff !== null;

export const isWritEntry = (entry: DenyEntry): entry is WritEntry => entry.kind === 'writ';

/**
 * Whether nothing that the entry denies can be alive any more. A pending one never is over.
 *
 * @param now - NumericDate, of a clock that may be DENY_KEPT_SECONDS off.
 */
export function isOver(entry: DenyEntry, now: number): boolean {
  if (entry.kind === 'writ') return now >= entry.until + DENY_KEPT_SECONDS;
  return entry.cutoff !== null && now >= denyBefore(entry.cutoff) + MAX_CHAINED_SECONDS + DENY_KEPT_SECONDS;
}
