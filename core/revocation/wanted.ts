/** What an account's deny policy must say just now. */
import { sha256Hex } from '../encoding/hash.ts';
import { type DenyDocument, denyDocument } from './deny-document.ts';
import { type DenyEntry, isOver, isStamped, type StampedEntry } from './entry.ts';
import type { AccountPorts, Revocations } from './ports.ts';
import { type StampPorts, stamp } from './stamp.ts';

export interface WantedPorts extends StampPorts {
  readonly revocations: Pick<Revocations, 'entries' | 'entriesOf' | 'stamp'>;
}

export interface Wanted {
  /** What the document denies. */
  readonly entries: readonly StampedEntry[];
  /** How many name what no session can be, and so are not in it: nobody should have written them. */
  readonly impossible: number;
  /** What nothing alive is denied by any more. */
  readonly over: readonly DenyEntry[];
  /** Revocations whose entries have no cut-off yet, and so are not in the document. */
  readonly pending: readonly string[];
  readonly document: DenyDocument;
  /** SHA-256 of the document's text, hex. */
  readonly sha256: string;
}

/** Stamped side by side: each is a transaction. */
const STAMPED_AT_ONCE = 8;

/**
 * The account's entries as they stand, folded into its document.
 *
 * @throws Fault `ledger_unavailable`.
 */
export async function wantedNow(
  { account }: Pick<AccountPorts, 'account'>,
  { clock, revocations }: WantedPorts,
): Promise<Wanted> {
  const stood = await revocations.entries(account);
  const now = Math.floor(clock() / 1000);
  const entries = stood.filter(isStamped).filter((entry) => !isOver(entry, now));
  const document = denyDocument(entries, now, account);
  const impossible = new Set(document.impossible);
  return {
    entries: entries.filter((entry) => !impossible.has(entry)),
    impossible: impossible.size,
    over: stood.filter((entry) => isOver(entry, now)),
    pending: [...new Set(stood.filter((entry) => !isStamped(entry)).map(({ revocation }) => revocation))],
    document,
    sha256: sha256Hex(document.text),
  };
}

/**
 * Stamps what a revocation that died half-way left pending. One that cannot be stamped stops none of the others.
 *
 * @throws Fault `ledger_unavailable`, when all have been tried.
 */
export async function stampAll(revocations: readonly string[], ports: StampPorts): Promise<void> {
  const failed: unknown[] = [];
  for (let at = 0; at < revocations.length; at += STAMPED_AT_ONCE) {
    const tried = await Promise.allSettled(
      revocations.slice(at, at + STAMPED_AT_ONCE).map((revocation) => stamp(revocation, ports)),
    );
    failed.push(...tried.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  if (failed.length > 0) throw failed[0];
}
