/**
 * POST /revoke: sessions end before their time. Nothing is deleted, since STS cannot: they are denied.
 *
 *     parse → who: a person, a key, or a signed caller → what → may he → commit: record, heads, what is denied
 *           → stamp a principal's cut-off, from a fresh clock → wake the reconcilers → count → answer
 *
 * From the commit on it is true, whatever becomes of the rest: asking again with the same `request_id` finds the record,
 * does what a crash left undone, and answers the same; the reconcilers do as much every minute.
 */
import type { Answer } from './answer.ts';
import { Fault } from './fault.ts';
import type { Revoked } from './ledger/records.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { spendOf } from './ledger/spend.ts';
import { parseRevocation, type RevocationRequest } from './parse/revocation.ts';
import type { ExchangePorts, Spend } from './ports.ts';
import type { Received } from './request.ts';
import { type Act, draftCommit, sealWords } from './revocation/draft.ts';
import { revocationId } from './revocation/id.ts';
import { endLateNames } from './revocation/late-names.ts';
import { type MayPorts, mayRevoke, type Why } from './revocation/may.ts';
import { personOf } from './revocation/person.ts';
import type { LiveSessions, Revocations, Wake } from './revocation/ports.ts';
import { recordRevocationRefusal } from './revocation/refused.ts';
import { stamp } from './revocation/stamp.ts';
import { findTarget, headsOfTarget, isWrit, type Target, withOtherNames } from './revocation/target.ts';
import { identifyRevoker, type Revoker } from './revocation/who.ts';
import { type Seen, see } from './seen.ts';

export type RevokePorts = Omit<ExchangePorts, 'mint'> &
  MayPorts & {
    readonly revocations: Pick<Revocations, 'commit' | 'stamp' | 'entriesOf'>;
    readonly live: LiveSessions;
    readonly wake: Wake;
  };

export type Revocation =
  | {
      /** Sessions that were live a moment ago. The index that counts them lags by moments: a number for people. */
      readonly ended: number;
      readonly revocation: string;
      /** Other names of the same machine: ended, blocked or lifted with it. */
      readonly also: readonly string[];
      /** Whether the reconcilers were told. They look by themselves every minute. */
      readonly woken: boolean;
    }
  /** Unknown, over or forbidden: one answer for all, or whoever guesses ids would learn which there are. */
  | { readonly ended: 0; readonly revocation: null; readonly why: Why };

/**
 * One revocation (RFC 7009 §2).
 *
 * @returns what was ended, or that nothing was; a refusal only where the request itself, its proof or its token is not good.
 * @throws Fault where anything of ours did not work. It may have been committed: asking again is harmless.
 */
export async function revoke(received: Received, ports: RevokePorts): Promise<Answer<Revocation>> {
  const seen = see(received, 'revoke', ports);
  const request = parseRevocation(received);
  if (!request.ok) return recordRefusal(request.refusal, seen, ports);
  const revoker = await identifyRevoker(request.value, seen, ports);
  if (!revoker.ok) return recordRefusal(revoker.refusal, seen, ports);
  return settle(request.value, revoker.value, seen, ports);
}

async function settle(
  request: RevocationRequest,
  revoker: Revoker,
  seen: Seen,
  ports: RevokePorts,
): Promise<Answer<Revocation>> {
  const { by } = revoker;
  const spend = revoker.road === 'responder' ? null : spendOf(seen.writ, revoker.proof, undefined);
  const revocation = revocationId(by, request);
  const { target, before } = await findTarget(request, revocation, ports);
  const words = sealWords(request.reason, seen.received, ports.random);
  const asked = { request, by, person: personOf(revoker, target), words, now: seen.now };
  if (target !== null && before !== null) return again(before, { target, asked, spend, seen }, ports);

  const verdict = await mayRevoke(
    { mode: request.mode, revoker, target, address: words.hashes.address },
    seen,
    ports,
  );
  const act: Act = { ...asked, decision: verdict.decision };
  if (!verdict.may || target === null) {
    const why = verdict.may ? 'unknown' : verdict.why;
    // A key is nobody until it is seen to have got something: anyone can make one for each request (rule 2).
    const counts = revoker.road !== 'key' || why === 'over';
    if (counts) await recordRevocationRefusal(why, seen.writ, act, spend, ports);
    return { ok: true, value: { ended: 0, revocation: null, why } };
  }

  const named = await withOtherNames(target, request.mode, ports, seen.now);
  const accepted = { ...act, revocation, target: named, askedAt: ports.clock() };
  const { record, commit } = draftCommit(accepted, spend);
  const committed = await ports.revocations.commit(commit);
  if (committed === 'proof_spent') return recordRefusal({ reason: 'dpop_replayed' }, seen, ports);
  if (committed === 'exists') {
    // Two tries of one request side by side: the other was first.
    const { before: first } = await findTarget(request, revocation, ports);
    if (first === null) throw new Fault('ledger_unavailable');
    return again(first, { target, asked, spend, seen }, ports);
  }
  return finish(record, target, act, ports);
}

interface Repeated {
  readonly target: Target;
  readonly asked: Omit<Act, 'decision'>;
  readonly spend: Spend | null;
  readonly seen: Seen;
}

/** The same was asked for before: its record stands, and only what is left is done. */
async function again(
  before: Revoked,
  { target, asked, spend, seen }: Repeated,
  ports: RevokePorts,
): Promise<Answer<Revocation>> {
  const { request_id, kind, value, mode } = asked.request;
  const isSame =
    before.by === asked.by &&
    before.requestId === request_id &&
    before.kind === kind &&
    before.value === value &&
    before.mode === mode;
  if (!isSame) throw new Fault('ledger_unavailable');
  // A repeat has a proof of its own; a captured one has been spent, and is not good for as much as this (rule 6).
  const spent = spend === null ? 'spent' : await ports.ledger.spend(spend);
  if (spent !== 'spent') return recordRefusal({ reason: 'dpop_replayed' }, seen, ports);
  return finish(before, target, { ...asked, decision: before.decision }, ports);
}

/** Everything after the commit, however often. What was stamped by somebody else stands. */
async function finish(
  record: Revoked,
  target: Target,
  act: Act,
  ports: RevokePorts,
): Promise<Answer<Revocation>> {
  const { revocation, mode } = record;
  if (mode === 'lift') return { ok: true, value: { ended: 0, revocation, also: record.also, woken: true } };
  if (isWrit(target)) {
    const woken = await wakeUp([target.intent.account], revocation, ports);
    return { ok: true, value: { ended: 1, revocation, also: record.also, woken } };
  }
  // Closed ones too: what has begun there goes on.
  const accounts = ports.policy.bundle.accounts.map(({ id }) => id);
  let woken: boolean;
  try {
    await stamp(revocation, ports);
  } finally {
    // Also where the stamp failed: whoever is woken stamps.
    woken = await wakeUp(accounts, revocation, ports);
  }
  const late = await endLateNames(record, act, ports);
  if (late.length > 0) woken = (await wakeUp(accounts, revocation, ports)) && woken;
  const also = [...record.also, ...late];
  const heads = headsOfTarget({ ...target, also });
  const ended = await ports.live.count(heads, Math.floor(ports.clock() / 1000));
  return { ok: true, value: { ended, revocation, also, woken } };
}

/** Being late to tell them is no failure of the request: it is committed, and they look every minute. */
async function wakeUp(
  accounts: readonly string[],
  revocation: string,
  { wake }: RevokePorts,
): Promise<boolean> {
  try {
    await wake(accounts, revocation);
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
