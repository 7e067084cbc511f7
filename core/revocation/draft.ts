/** What an accepted revocation writes: the record, the heads, what is denied. */
import { revokedItem } from '../ledger/keys.ts';
import { SALT_BYTES, seal } from '../ledger/openings.ts';
import type { RevocationRefused, Revoked } from '../ledger/records.ts';
import { BLOCKED_WITHOUT_END, MAX_USER_AGENT_CHARS } from '../limits.ts';
import type { RevocationRequest } from '../parse/revocation.ts';
import type { Decision } from '../policy/decide.ts';
import type { HeadKey, Opening, Openings, Random, Spend } from '../ports.ts';
import type { Received } from '../request.ts';
import type { PrincipalEntry, WritEntry } from './entry.ts';
import type { Why } from './may.ts';
import type { Commit, HeadChange } from './ports.ts';
import { headsOfTarget, isWrit, type PrincipalTarget, type Target, type WritTarget } from './target.ts';

/** The personal values of one request under their salts: decision and record speak of the same hashes. */
export interface SealedWords {
  readonly hashes: Pick<Revoked, 'reason' | 'address' | 'userAgent'>;
  readonly openings: Openings;
}

export function sealWords(reason: string, received: Received, random: Random): SealedWords {
  const openings: { [field: string]: Opening } = {};
  const hash = (field: keyof SealedWords['hashes'], value: string): string => {
    const sealed = seal(value, random(SALT_BYTES));
    openings[field] = sealed.opening;
    return sealed.hash;
  };
  const userAgent = received.headers['user-agent']?.[0]?.slice(0, MAX_USER_AGENT_CHARS);
  return {
    hashes: {
      reason: hash('reason', reason),
      address: hash('address', received.sourceAddress),
      userAgent: userAgent === undefined ? null : hash('userAgent', userAgent),
    },
    openings,
  };
}

/** All that is known when a revocation has been accepted, or refused. */
export interface Act {
  readonly request: RevocationRequest;
  readonly by: string;
  /** Whose the words are: in this person's partition they are kept, and forgotten with it. */
  readonly person: string;
  readonly decision: Decision | null;
  readonly words: SealedWords;
  /** NumericDate. */
  readonly now: number;
}

export interface AcceptedAct extends Act {
  readonly revocation: string;
  readonly target: Target;
  /** Milliseconds since 1970: what is measured is measured from here, and of two blocks the later one stands. */
  readonly askedAt: number;
}

/** @param spend - `null` where no proof was shown. */
export function draftCommit(
  act: AcceptedAct,
  spend: Spend | null,
): { readonly record: Revoked; readonly commit: Commit } {
  const record = draftRevoked(act);
  const { target } = act;
  const { heads, entries } = isWrit(target) ? endingOf(target, act) : changeOf(target, act);
  const openings = { subject: act.person, values: act.words.openings };
  return { record, commit: { item: revokedItem(record), openings, spend, heads, entries } };
}

function draftRevoked({ request, by, decision, words, now, revocation, target }: AcceptedAct): Revoked {
  const isOne = isWrit(target);
  return {
    v: 1,
    type: 'revoked',
    revocation,
    at: now,
    writ: isOne ? target.intent.writ : null,
    intent: isOne ? target.intentHash : null,
    kind: target.kind,
    value: target.value,
    also: isOne ? [] : [...target.also],
    mode: request.mode,
    cutoff: isOne ? now : null,
    blockedUntil: !isOne && request.mode === 'block' ? BLOCKED_WITHOUT_END : null,
    requestId: request.request_id,
    by,
    decision,
    ...words.hashes,
  };
}

type Ending = Pick<Commit, 'heads' | 'entries'>;

/** One session is over at once, and gets no other: to block it says no more than to end it. */
function endingOf(
  { intent, intentHash, outcome }: WritTarget,
  { revocation, askedAt, now }: AcceptedAct,
): Ending {
  const entry: WritEntry = {
    revocation,
    askedAt,
    recordedIn: [],
    kind: 'writ',
    value: intent.writ,
    account: intent.account,
    cutoff: now,
    user: intent.subject.id,
    // Not issued yet: mint asks STS before `issueBefore`, or not at all.
    until: outcome?.outcome === 'issued' ? outcome.expiration : intent.issueBefore + intent.durationSeconds,
    intent: intentHash,
  };
  return { heads: [{ kind: 'writ', value: intent.writ, ends: { cutoff: now } }], entries: [entry] };
}

/** A principal's cut-off is not known before this commit has been acknowledged (rule 8). */
function changeOf(target: PrincipalTarget, { request, revocation, askedAt }: AcceptedAct): Ending {
  const { mode } = request;
  const keys = headsOfTarget(target);
  const heads = keys.map(
    (key): HeadChange => ({
      ...key,
      ends: mode === 'lift' ? null : { pendingBy: revocation },
      ...(mode === 'end'
        ? {}
        : { block: { until: mode === 'block' ? BLOCKED_WITHOUT_END : null, seq: askedAt, by: revocation } }),
    }),
  );
  const entries = keys.map(
    ({ value }: HeadKey): PrincipalEntry => ({
      revocation,
      askedAt,
      recordedIn: [],
      kind: target.kind,
      value,
      account: '*',
      cutoff: null,
    }),
  );
  return { heads, entries: mode === 'lift' ? [] : entries };
}

/**
 * @param id - Its own: the same request, refused twice, was refused twice.
 * @param repeats.count - How many this minute had seen, this one included; `first` is the id of the first.
 */
export const draftRevocationRefused = (
  why: Why,
  id: string,
  { count, first }: { readonly count: number; readonly first: string },
  { request, by, decision, words, now }: Act,
): RevocationRefused => ({
  v: 1,
  type: 'revocation_refused',
  revocation: id,
  at: now,
  why,
  kind: request.kind,
  value: request.value,
  mode: request.mode,
  first,
  count,
  requestId: request.request_id,
  by,
  decision,
  ...words.hashes,
});
