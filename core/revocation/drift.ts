/** What somebody else has done to an account's deny policy. It is repaired in any case; this is what the alarm says. */
import { sha256Hex } from '../encoding/hash.ts';
import { SPREAD_WITHIN_MILLIS } from '../limits.ts';
import type { Found } from './keep.ts';

export type Drift = 'policy_missing' | 'default_differs' | `role_detached:${string}`;

/**
 * Nothing is drift before the reconciler has once been there: its first run makes what is missing.
 *
 * IAM answers reads, too, from what it has spread so far. So an older version than ours, or none, is no alarm in the first
 * seconds after a write; a newer one always is, for numbers are never used twice.
 *
 * @param wanted - SHA-256 of the document that should stand there, hex.
 * @param roles - Names of the roles that it belongs on.
 * @param now - Milliseconds since 1970.
 */
export function driftOf(
  { actual, written }: Found,
  wanted: string,
  roles: readonly string[],
  now: number,
): readonly Drift[] {
  if (written === null) return [];
  const spreading = now - written.at < SPREAD_WITHIN_MILLIS;
  // Asked for, never answered, and not there: it was never made.
  if (actual === null) return spreading || written.version === '' ? [] : ['policy_missing'];
  const ours = [wanted, written.sha256, written.asked].includes(sha256Hex(actual.text));
  const older = numberOf(actual.version) < numberOf(written.version);
  const differs: readonly Drift[] = ours || (older && spreading) ? [] : ['default_differs'];
  const missing = written.attachedTo.filter(
    (role) => roles.includes(role) && !actual.attachedTo.includes(role),
  );
  return [...differs, ...(spreading ? [] : missing.map((role): Drift => `role_detached:${role}`))];
}

const numberOf = (version: string): number => Number(version.slice(1));
