/**
 * POST /token: who may have what, decided and recorded. It cannot call STS.
 *
 *     parse → identify: proof → subject → actor → device → bind
 *           → choose → judge (Cedar) → bound (deadline, place, scope) → intent in the ledger → mint
 *
 * The first refusal ends it and is recorded; a fault is an exception and becomes 503, with nothing issued.
 */
import type { Answer } from './answer.ts';
import { jcs } from './encoding/jcs.ts';
import { Fault } from './fault.ts';
import type { Grant } from './grant.ts';
import { identify } from './identify.ts';
import { draftIntent } from './ledger/draft.ts';
import { intentItem } from './ledger/keys.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { spendOf } from './ledger/spend.ts';
import { allow, type Outcome } from './outcome.ts';
import { parseTokenRequest } from './parse.ts';
import { choose } from './policy/choose.ts';
import { judge } from './policy/judge.ts';
import type { Credential, ExchangePorts } from './ports.ts';
import type { Received } from './request.ts';
import { type Seen, see } from './seen.ts';
import { bound } from './session/bounds.ts';

/** The secret, and what was granted with it. */
export interface Issued {
  readonly writ: string;
  readonly grant: Grant;
  readonly credential: Credential;
}

/**
 * One exchange (RFC 8693 §2).
 *
 * @returns the secret and what was granted; or the refusal, with the id of its record once a token counted.
 * @throws Fault where anything of ours did not work: nothing has left.
 */
export async function exchange(received: Received, ports: ExchangePorts): Promise<Answer<Issued>> {
  const seen = see(received, 'token', ports);
  const decided = await decide(seen, ports);
  if (!decided.ok) return recordRefusal(decided.refusal, seen, ports);

  // The record comes first. Mint assumes a role only from an intent that it reads back from the ledger: from here
  // on a crash leaves a record for the sweep, and never a secret without one.
  const grant = decided.value;
  const intent = draftIntent(grant, seen);
  const body = jcs(intent);
  const { openings } = grant.sealed;
  const opened = await ports.ledger.record(
    intentItem(intent, body),
    { subject: grant.subject.id, values: openings },
    spendOf(intent.writ, grant.proof, grant.actor),
  );
  if (opened === 'proof_spent') return recordRefusal({ reason: 'dpop_replayed' }, seen, ports);
  if (opened === 'actor_token_of_another_key') return recordRefusal({ reason: opened }, seen, ports);
  if (opened === 'exists') throw new Fault('ledger_unavailable'); // one id twice: the caller asks again

  const { writ } = intent;
  const minted = await ports.mint({ writ, subject_token: grant.subject_token, intent: body, openings });
  if (!minted.ok) return { ok: false, refusal: minted.refusal, writ };
  return { ok: true, value: { writ, grant, credential: minted.credential } };
}

/** parse → identify → choose → judge → bound; the first refusal ends it. */
async function decide(seen: Seen, ports: ExchangePorts): Promise<Outcome<Grant>> {
  const request = parseTokenRequest(seen.received, 'token');
  if (!request.ok) return request;
  seen.request = request.value;
  const { details, subject_token } = request.value;

  const identified = await identify(request.value, seen, ports);
  if (!identified.ok) return identified;
  const { subject, device, sealed } = identified.value;

  const chosen = choose(details, ports.policy.bundle);
  if (!chosen.ok) return chosen;

  const decision = judge(identified.value, chosen.value, details, seen, ports);
  if (!decision.ok) return decision;

  const bounds = bound(chosen.value, {
    duration: details.duration,
    subjectExp: subject.exp,
    attestationExp: device.exp,
    address: { value: seen.received.sourceAddress, sealed: sealed.hashes.address },
    now: seen.now,
  });
  if (!bounds.ok) return bounds;

  const granted = { details, subject_token, decision: decision.value, bounds: bounds.value, now: seen.now };
  return allow({ ...identified.value, ...chosen.value, ...granted });
}
