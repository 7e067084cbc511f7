/** Who may read what: people by policy, a signed caller by IAM, which let him call the route. */
import { spendOf } from './ledger/spend.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { mayRead } from './policy/decide.ts';
import type { RevokeResource } from './policy/revoke-question.ts';
import type { ExchangePorts } from './ports.ts';
import type { SubjectRequest } from './request.ts';
import { identifyRevoker } from './revocation/who.ts';
import type { Seen } from './seen.ts';

export type ReaderPorts = Omit<ExchangePorts, 'mint'>;

export interface Reader {
  /** `<issuer alias>:<subject>`, or an ARN. */
  readonly by: string;
  readonly may: (of: RevokeResource) => boolean;
}

/**
 * Finds out who reads, by the tokens and proofs that a revocation takes. Reading leaves no record, so the proof is spent
 * by itself (rule 6).
 *
 * @param subject - `null`: a signed caller.
 * @throws Fault where anything of ours did not work.
 */
export async function identifyReader(
  subject: SubjectRequest | null,
  seen: Seen,
  ports: ReaderPorts,
): Promise<Outcome<Reader>> {
  const found = await identifyRevoker({ subject }, seen, ports);
  if (!found.ok) return found;
  const who = found.value;
  if (who.road === 'responder') return allow({ by: who.by, may: () => true });
  const spent = await ports.ledger.spend(spendOf(seen.writ, who.proof, undefined));
  if (spent !== 'spent') return refuse({ reason: 'dpop_replayed' });
  // A key alone is nobody: the form demands a token from whoever has not signed.
  if (who.road === 'key') return allow({ by: who.by, may: () => false });
  const asked = { subject: who.subject, address: seen.received.sourceAddress, now: seen.now };
  return allow({ by: who.by, may: (of) => mayRead({ ...asked, of }, ports.authorize) });
}
