/**
 * POST /token: who may have what, decided and recorded. It cannot call STS.
 *
 *     parse → identify (proof → subject → actor → device → bind) → policy → bounds → intent in the ledger → mint
 *
 * The first refusal ends it and is recorded; a fault is an exception and becomes 503, with nothing issued.
 */
import type { Answer } from './answer.ts';
import { Fault } from './fault.ts';
import type { Grant } from './grant.ts';
import { identify } from './identify.ts';
import { draftIntent } from './ledger/draft.ts';
import { jcs } from './ledger/jcs.ts';
import { intentItem } from './ledger/keys.ts';
import { sealPersonal } from './ledger/personal.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { spendOf } from './ledger/spend.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { parseTokenRequest } from './parse.ts';
import { choose } from './policy/choose.ts';
import { decideIssue } from './policy/decide.ts';
import type { Credential, ExchangePorts } from './ports.ts';
import type { Received } from './request.ts';
import { personalOf, type Seen, see } from './seen.ts';
import { sessionBounds } from './session/bounds.ts';
import { deadline } from './session/deadline.ts';

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

/** parse → identify → policy → bounds; the first refusal ends it. */
async function decide(seen: Seen, ports: ExchangePorts): Promise<Outcome<Grant>> {
  const request = parseTokenRequest(seen.received, 'token');
  if (!request.ok) return request;
  seen.request = request.value;
  const { details, subject_token } = request.value;

  const identified = await identify(request.value, seen, ports);
  if (!identified.ok) return identified;
  const { subject, device, proof } = identified.value;
  const sealed = sealPersonal({ ...personalOf(seen, subject), purpose: details.purpose }, ports.random);
  seen.sealed = sealed;

  const chosen = choose(details, ports.policy.bundle);
  if (!chosen.ok) return chosen;
  const { permission } = chosen.value;
  if (permission.demandsBodyHash && !proof.coversBody) {
    return refuse({ reason: 'body_hash_required', permission: permission.permission });
  }

  const { now, received } = seen;
  const address = received.sourceAddress;
  const asked = { ...identified.value, chosen: chosen.value, details, address, now };
  const judged = decideIssue(asked, sealed.hashes, ports.policy, ports.authorize);
  seen.decision = judged.decision;
  if (!judged.outcome.ok) return judged.outcome;

  const limit = deadline({
    wanted: details.duration,
    longest: permission.longest,
    subjectExp: subject.exp,
    attestationExp: device.exp,
    now,
  });
  if (!limit.ok) return limit;

  const from = { value: address, sealed: sealed.hashes.address };
  const bounds = sessionBounds(permission, chosen.value, from, limit.value.deadline);
  const { decision } = judged;
  return allow({
    ...identified.value,
    ...chosen.value,
    now,
    subject_token,
    details,
    sealed,
    decision,
    limit: limit.value,
    bounds,
  });
}
