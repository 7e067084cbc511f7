import type { Personal, Sealed } from './ledger/personal.ts';
import type { Intent, Refused } from './ledger/records.ts';
import { MAX_USER_AGENT_CHARS } from './limits.ts';
import type { Clock, Random } from './ports.ts';
import type { Received, TokenRequest } from './request.ts';
import type { Actor, Binding, Device, Proof, Subject } from './tokens/identities.ts';
import { WRIT_ID_RANDOM_BYTES, writId } from './writ-id.ts';

/**
 * What is known of a request so far. It is made on the first line of a pipeline and each step adds what it has
 * verified, so that whichever step refuses, the record says all that was known by then.
 */
export interface Seen {
  readonly received: Received;
  readonly endpoint: Refused['endpoint'];
  /** NumericDate: one instant for the whole request. */
  readonly now: number;
  /** The id this request will be recorded under, whatever becomes of it. */
  readonly writ: string;
  request?: TokenRequest;
  proof?: Proof;
  subject?: Subject;
  actor?: Actor;
  device?: Device;
  binding?: Binding;
  /** The personal values under their salts: decision and record speak of the same hashes. */
  sealed?: Sealed;
  decision?: Intent['decision'];
}

/**
 * Begins a request: the only time at which its pipeline reads the clock, and the id of whatever becomes of it. Nothing is
 * known yet.
 *
 * @param ports.clock - Milliseconds; `now` is cut to whole seconds.
 */
export function see(
  received: Received,
  endpoint: Refused['endpoint'],
  ports: { readonly clock: Clock; readonly random: Random },
): Seen {
  const millis = ports.clock();
  return {
    received,
    endpoint,
    now: Math.floor(millis / 1000),
    writ: writId(millis, ports.random(WRIT_ID_RANDOM_BYTES)),
  };
}

/** What the request itself says of the person. */
export const personalOf = (seen: Seen, subject: Subject): Personal => ({
  login: subject.login,
  email: subject.email,
  purpose: seen.request?.details?.purpose ?? null,
  address: seen.received.sourceAddress,
  userAgent: seen.received.headers['user-agent']?.[0]?.slice(0, MAX_USER_AGENT_CHARS) ?? null,
});
