/** What an event is to Writ: the mint of a brokered session, the use of one, access that stands, or nothing. */
import type { Prefilter } from './evidence.ts';
import type { OutOfScopeKind, Reason } from './reasons.ts';
import {
  callerOf,
  isBrokered,
  isPart,
  isServiceLinked,
  mintedBy,
  type SessionSeen,
  writIn,
} from './session.ts';
import { standingOf } from './standing.ts';
import type { TrailEvent } from './trail-event.ts';

export type Part =
  | { readonly part: 'use' | 'mint'; readonly session: SessionSeen }
  | { readonly part: 'standing'; readonly why: Reason }
  | { readonly part: 'none'; readonly why: OutOfScopeKind };

/** Total, and quick: each event of a trail is asked. */
export function partOf(event: TrailEvent, index: Prefilter): Part {
  const caller = callerOf(event.identity, index);
  if (isBrokered(caller.role, index) || namesKnownWrit(caller, index))
    return { part: 'use', session: caller };
  const minted = event.mint === null ? null : mintedBy(event.mint, index);
  if (minted !== null && isMint(event, minted, index)) return { part: 'mint', session: minted };
  if (isPart(caller.role) || isPart(minted?.role ?? null)) return { part: 'none', why: 'writs_own' };
  const standing = standingOf(event, caller.role);
  if (standing !== null) return { part: 'standing', why: standing };
  return { part: 'none', why: kindOf(event, caller, index) };
}

const namesKnownWrit = (session: SessionSeen, { writs }: Prefilter): boolean =>
  namesOf(session).some((name) => writs.has(writIn(name) ?? ''));

const namesOf = ({ sourceIdentity, sessionName, assumedRoleId }: SessionSeen) => [
  sourceIdentity,
  sessionName,
  assumedRoleId,
];

/** AWS leaves the role out of what it refused: then the request, or a name, can still say whose it was. */
const isMint = ({ requestId }: TrailEvent, minted: SessionSeen, index: Prefilter): boolean =>
  minted.role === null
    ? index.byRequestId.has(requestId ?? '') || namesKnownWrit(minted, index)
    : isBrokered(minted.role, index);

function kindOf({ identity }: TrailEvent, { role }: SessionSeen, index: Prefilter): OutOfScopeKind {
  if (index.byAccessKey.has(identity.accessKeyId ?? '')) return 'repeated_key';
  switch (identity.type) {
    case 'AWSService':
      return 'aws_service';
    case 'AssumedRole':
      return isServiceLinked(role) ? 'service_linked_role' : 'other_role';
    case 'AWSAccount':
      return 'other_account';
    case 'IAMUser':
      return 'user';
    case 'Root':
      return 'root';
    default:
      return 'other';
  }
}
