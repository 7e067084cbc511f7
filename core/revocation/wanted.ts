/** What an account's deny policy must say just now. */
import { sha256Hex } from '../encoding/hash.ts';
import { type DenyDocument, denyDocument } from './deny-document.ts';
import { type DenyEntry, isOver, isStamped, type StampedEntry } from './entry.ts';
import type { AccountPorts, Revocations } from './ports.ts';
import type { StampPorts } from './stamp.ts';

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
