/** Where what the trail says of a session differs from what the log says of the writ it leads to. */
import type { Intent, Issued } from '../ledger/records.ts';
import { label } from '../session/encode.ts';
import { RESERVED_TAGS } from '../session/tags.ts';
import type { WritEvidence } from './evidence.ts';
import type { Reason } from './reasons.ts';
import { type SessionSeen, writIn } from './session.ts';
import type { TrailEvent } from './trail-event.ts';

export interface Claim {
  readonly event: TrailEvent;
  readonly part: 'mint' | 'use';
  readonly session: SessionSeen;
  /** The caller's key is the session's own: not that of a console session, or of a service in its name. */
  readonly ownKey: boolean;
}

/**
 * The first fact that differs. What the event leaves out differs from nothing.
 *
 * @param login - The user's login name in clear; `null`: erased, or not handed over.
 */
export function difference(claim: Claim, known: WritEvidence, login: string | null): Reason | null {
  const { intent, outcome } = known.state;
  if (intent === null) return null;
  return (
    roleDiffers(claim, intent) ??
    (outcome?.outcome === 'issued' ? issuedDiffers(claim, outcome) : null) ??
    nameDiffers(claim.session, intent, login)
  );
}

function roleDiffers({ part, session }: Claim, { writ, role, account }: Intent): Reason | null {
  const [sameRole, sameAccount] = [isOr(session.role, role), isOr(session.account, account)];
  if (sameRole && sameAccount) return null;
  // A source identity outlives a change of role, and nobody else can take it: this session was carried on.
  if (part === 'use' && writIn(session.sourceIdentity) === writ) return 'chained';
  return sameAccount ? 'role_differs' : 'account_differs';
}

function issuedDiffers(claim: Claim, issued: Issued): Reason | null {
  const { session, ownKey } = claim;
  if (ownKey && !isOr(session.accessKeyId, issued.accessKeyId)) return 'access_key_differs';
  const sessionName = issued.assumedRoleId.slice(issued.assumedRoleId.indexOf(':') + 1);
  if (!isOr(session.assumedRoleId, issued.assumedRoleId) || !isOr(session.sessionName, sessionName)) {
    return 'session_differs';
  }
  return claim.part === 'mint' ? mintDiffers(claim, issued) : null;
}

/** Of a try that made no session the log has another request, or none: it says nothing of this one. */
function mintDiffers({ event, session }: Claim, issued: Issued): Reason | null {
  if (session.accessKeyId !== null && event.requestId !== issued.requestId) return 'request_id_differs';
  return tagsDiffer(event.mint?.tags ?? {}, issued.tags) ? 'tags_differ' : null;
}

/** The purpose is in the record as its hash only. */
const tagsDiffer = (
  seen: { readonly [key: string]: string },
  minted: { readonly [key: string]: string },
): boolean =>
  RESERVED_TAGS.some(
    (tag) =>
      tag !== 'writ:purpose' &&
      Object.hasOwn(seen, tag) &&
      Object.hasOwn(minted, tag) &&
      seen[tag] !== minted[tag],
  );

function nameDiffers({ sourceIdentity }: SessionSeen, intent: Intent, login: string | null): Reason | null {
  if (sourceIdentity === null) return null;
  const handle = handleOf(intent, login);
  const same =
    handle === null ? writIn(sourceIdentity) === intent.writ : sourceIdentity === `${handle}+${intent.writ}`;
  return same ? null : 'source_identity_differs';
}

/** As `core/tokens/subject.ts` makes it; `null`: the login name that it is made of is not known. */
function handleOf({ subject: { login: hash, id, sub } }: Intent, login: string | null): string | null {
  if (hash !== null) return login === null ? null : label(login);
  return label(`${id.slice(0, id.indexOf(':'))}:${sub}`);
}

const isOr = (seen: string | null, recorded: string): boolean => seen === null || seen === recorded;
