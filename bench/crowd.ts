/** Revoked writs of many users, all of them active: what a bad day leaves the reconciler to fold. */
import type { WritEntry } from '../core/revocation/entry.ts';
import { writId } from '../core/writ-id.ts';

export interface Crowd {
  readonly entries: number;
  readonly users: number;
  /** Over how long they were revoked, seconds. */
  readonly within: number;
}

const ACCOUNT = '000000000000';
/** Of a session, as STS counts it: the longest that a role may take. */
const LASTS = 3600;
/** A writ had been open for so long when it was revoked, at most: seconds. */
const OPEN = 200;

/** @param now - NumericDate: the last of them was revoked just then. @returns the same for the same arguments. */
export function crowd({ entries, users, within }: Crowd, now: number): readonly WritEntry[] {
  return Array.from({ length: entries }, (_, at): WritEntry => {
    const cutoff = now - Math.floor((at * within) / entries);
    const opened = cutoff - ((at * 37) % OPEN);
    // The id's four random bytes.
    const chance = new Uint8Array(new Uint32Array([at]).buffer);
    return {
      kind: 'writ',
      value: writId(opened * 1000, chance),
      account: ACCOUNT,
      cutoff,
      user: `corp:user-${at % users}`,
      until: opened + LASTS,
      intent: 'ab'.repeat(32),
      revocation: writId(cutoff * 1000, chance),
      askedAt: cutoff * 1000,
      recordedIn: [],
    };
  });
}
