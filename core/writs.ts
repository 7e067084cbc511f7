/** POST /writs: which sessions are live. What the reader may not know of is as if it were not there. */
import type { Answer } from './answer.ts';
import { jcs } from './encoding/jcs.ts';
import type { Intent } from './ledger/records.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { LISTED_AT_MOST, LOOKED_AT_MOST } from './limits.ts';
import { liveFrom } from './live.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { makePageToken, type Opened, openPageToken, type Position } from './page-token.ts';
import { type ListingRequest, parseListing } from './parse/listing.ts';
import type { Bundle } from './policy/bundle.ts';
import { identifyReader, type Reader, type ReaderPorts } from './reader.ts';
import type { Received } from './request.ts';
import { covers } from './revocation/covers.ts';
import { headsOf, isSameHead } from './revocation/heads.ts';
import type { Revocations } from './revocation/ports.ts';
import { accountName, writResource } from './revocation/resource.ts';
import { see } from './seen.ts';
import { tagValue } from './session/encode.ts';

export type WritsPorts = ReaderPorts & { readonly revocations: Pick<Revocations, 'entries'> };

/** One live session. Users, devices and tasks are spelled as in its tags: by these names they are revoked. */
export interface LiveWrit {
  readonly writ: string;
  readonly user: string;
  readonly device: string;
  readonly agent: string;
  readonly task: string;
  readonly permission: string;
  /** Its name in the configuration, or its number where it has none any more. */
  readonly account: string;
  /** NumericDate, STS's own. */
  readonly issued_at: number;
  /** NumericDate. */
  readonly deadline: number;
  readonly seconds_left: number;
  /** An active revocation covers it. Whether AWS was seen to refuse stands in the revocation's own record. */
  readonly denied: boolean;
}

export interface LiveWrits {
  /** Soonest deadline first. */
  readonly writs: readonly LiveWrit[];
  /** For the next page, which may be empty; `null`: that was all. */
  readonly next: string | null;
}

/**
 * One page. Many are looked at for few that may be read, so a page can be short, or empty, and still have a next one.
 *
 * @returns the page; or the refusal, with the id of its record once a token counted.
 * @throws Fault where anything of ours did not work.
 */
export async function writs(received: Received, ports: WritsPorts): Promise<Answer<LiveWrits>> {
  const seen = see(received, 'writs', ports);
  const request = parseListing(received);
  if (!request.ok) return recordRefusal(request.refusal, seen, ports);
  const reader = await identifyReader(request.value.subject, seen, ports);
  if (!reader.ok) return recordRefusal(reader.refusal, seen, ports);
  const context = contextOf(reader.value, request.value);
  const from = await startOf(request.value.page, context, ports);
  if (!from.ok) return recordRefusal(from.refusal, seen, ports);

  const { bundle } = ports.policy;
  const wanted = wantedBy(request.value, reader.value, bundle);
  const { live, next } = await lookFrom(from.value, wanted, seen.now, ports);
  return {
    ok: true,
    value: {
      writs: await described(live, seen.now, bundle, ports),
      next: next === null ? null : makePageToken(next, context, await ports.nonceKeys()),
    },
  };
}

/** A page's token is good for this reader and this question. */
const contextOf = ({ by }: Reader, { heads, account }: ListingRequest): string =>
  jcs({ by, account, heads: heads.map(({ kind, value }) => ({ kind, value })) });

async function startOf(
  page: string | null,
  context: string,
  { nonceKeys }: Pick<WritsPorts, 'nonceKeys'>,
): Promise<Outcome<Opened | null>> {
  if (page === null) return allow(null);
  const opened = openPageToken(page, context, await nonceKeys());
  return opened === null
    ? refuse({ reason: 'request_malformed', parameter: 'page', problem: 'not one of ours for this question' })
    : allow(opened);
}

/** What was asked for first: it costs nothing, and policy does. */
function wantedBy(
  { heads, account }: ListingRequest,
  reader: Reader,
  bundle: Bundle,
): (intent: Intent) => boolean {
  const id = bundle.accounts.find((each) => each.account === account)?.id ?? account;
  return (intent) => {
    if (id !== null && intent.account !== id) return false;
    const names = headsOf(intent);
    if (!heads.every((head) => names.some((name) => isSameHead(head, name)))) return false;
    return reader.may(writResource({ intent }, bundle));
  };
}

interface Live {
  readonly intent: Intent;
  readonly issuedAt: number;
}

async function lookFrom(
  start: Opened | null,
  wanted: (intent: Intent) => boolean,
  now: number,
  { ledger }: Pick<WritsPorts, 'ledger'>,
): Promise<{ readonly live: readonly Live[]; readonly next: Position | null }> {
  const from = Math.max(now, start?.deadline ?? now);
  // Of the second in which the last page stopped, what it had is passed over.
  let passing = start?.deadline === from ? start : null;
  const live: Live[] = [];
  let looked = 0;
  for await (const batch of liveFrom({ from, now }, wanted, ledger)) {
    for (const { intent, issuedAt } of batch) {
      if (passing !== null && intent.deadline === from) {
        if (passing.isIt(intent.writ)) passing = null;
        continue;
      }
      passing = null;
      looked += 1;
      if (issuedAt !== null) live.push({ intent, issuedAt });
      if (live.length === LISTED_AT_MOST || looked === LOOKED_AT_MOST) {
        return { live, next: { deadline: intent.deadline, writ: intent.writ } };
      }
    }
  }
  return { live, next: null };
}

async function described(
  live: readonly Live[],
  now: number,
  bundle: Bundle,
  { revocations }: Pick<WritsPorts, 'revocations'>,
): Promise<readonly LiveWrit[]> {
  const accounts = [...new Set(live.map(({ intent }) => intent.account))];
  const active = new Map(
    await Promise.all(accounts.map(async (id) => [id, await revocations.entries(id)] as const)),
  );
  return live.map(({ intent, issuedAt }) => {
    const names = headsOf(intent);
    const entries = active.get(intent.account) ?? [];
    return {
      writ: intent.writ,
      user: intent.subject.id,
      device: intent.device.id,
      agent: intent.actor.agent,
      task: tagValue(intent.task.value),
      permission: intent.permission,
      account: accountName(intent.account, bundle),
      issued_at: issuedAt,
      deadline: intent.deadline,
      seconds_left: intent.deadline - now,
      denied: entries.some((entry) => covers(entry, names, issuedAt)),
    };
  });
}
