/** Which writ an event belongs to, and all that says so (architecture, section 8). Nothing is resolved silently. */
import type { Prefilter } from './evidence.ts';
import { type SessionSeen, writIn } from './session.ts';
import type { TrailEvent } from './trail-event.ts';
import type { MatchedBy } from './verdict.ts';

export interface Join {
  /** What the strongest lead to a writ that the log knows says, else the strongest of all. */
  readonly writ: string | null;
  /** Leads to it. */
  readonly matchedBy: readonly MatchedBy[];
  /** Whether each lead leads to it and to no other. */
  readonly agree: boolean;
}

interface Lead {
  readonly by: MatchedBy;
  readonly writs: readonly string[];
}

export function joinOf(
  event: TrailEvent,
  { part, session }: { readonly part: 'mint' | 'use'; readonly session: SessionSeen },
  index: Prefilter,
): Join {
  const leads = leadsOf(event, part === 'mint' ? event.requestId : null, session, index);
  const ids = leads.flatMap(({ writs }) => writs);
  const writ = ids.find((id) => index.writs.has(id)) ?? ids[0] ?? null;
  if (writ === null) return { writ, matchedBy: [], agree: true };
  const leading = leads.filter(({ writs }) => writs.includes(writ));
  // A key that several sessions had at the time is explained by any of them, and tells none of them by itself.
  const agree = leading.length === leads.length && leads.some(({ writs }) => writs.length === 1);
  return { writ, matchedBy: leading.map(({ by }) => by), agree };
}

/** Strongest first. */
function leadsOf(
  { eventTime }: TrailEvent,
  requestId: string | null,
  session: SessionSeen,
  index: Prefilter,
): readonly Lead[] {
  const one = (by: MatchedBy, writ: string | null | undefined): readonly Lead[] =>
    writ ? [{ by, writs: [writ] }] : [];
  const holders = (index.byAccessKey.get(session.accessKeyId ?? '') ?? []).filter(
    ({ role, from, to }) =>
      role === session.role && from - index.tolerance <= eventTime && eventTime <= to + index.tolerance,
  );
  return [
    ...one('request_id', requestId && index.byRequestId.get(requestId)),
    ...one('source_identity', writIn(session.sourceIdentity)),
    ...one('session_name', writIn(session.sessionName)),
    ...one('principal_id', writIn(session.assumedRoleId)),
    ...(holders.length === 0 ? [] : [{ by: 'access_key' as const, writs: holders.map(({ writ }) => writ) }]),
  ];
}
