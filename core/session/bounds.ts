import { sha256Hex } from '../hash.ts';
import type { Account, Permission, PlaceRule } from '../policy/bundle.ts';
import { resolvePlace } from './place.ts';
import { type Place, sessionPolicy } from './session-policy.ts';

/** What a session is bound by, all of it enforced by AWS: scope, deadline, place. */
export interface Bounds {
  /** The session policy's text, character for character as STS gets it. */
  readonly policy: string;
  /** SHA-256, hex, of the same text with the exchange's address replaced by its sealed hash: what the record holds. */
  readonly recorded: string;
}

/**
 * The session policy, and its hash for the record. All of the text but the address can be told from record and
 * configuration, so a hash over the address itself could be guessed back after the person was forgotten.
 *
 * @param address - The exchange's own caller; `sealed` its hash in the record.
 * @param deadline - NumericDate.
 */
export function sessionBounds(
  permission: Permission,
  fill: { readonly parameters: { readonly [name: string]: string }; readonly account: Account },
  address: { readonly value: string; readonly sealed: string },
  deadline: number,
): Bounds {
  const text = (place: Place): string => sessionPolicy(permission, fill, { place, deadline });
  return {
    policy: text(resolvePlace(permission.place, address.value)),
    recorded: sha256Hex(text(sealedPlace(permission.place, address.sealed))),
  };
}

const sealedPlace = (rule: PlaceRule, sealed: string): Place =>
  rule.kind === 'exchange' ? { kind: 'cidrs', cidrs: [sealed] } : rule;
