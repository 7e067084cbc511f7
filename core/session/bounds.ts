import { sha256Hex } from '../encoding/hash.ts';
import { allow, type Outcome } from '../outcome.ts';
import type { Permission, PlaceRule } from '../policy/bundle.ts';
import type { Chosen } from '../policy/choose.ts';
import { deadline } from './deadline.ts';
import { resolvePlace } from './place.ts';
import { type Place, sessionPolicyFor } from './session-policy.ts';

/** What a session is bound by, all of it enforced by AWS: scope, place, deadline. */
export interface Bounds {
  /** NumericDate. */
  readonly deadline: number;
  /** STS `DurationSeconds`. */
  readonly durationSeconds: number;
  /** The session policy's text, character for character as STS gets it. */
  readonly policy: string;
  /** SHA-256, hex, of the same text with the exchange's address replaced by its sealed hash: what the record holds. */
  readonly recorded: string;
}

/** What the bounds follow from; mint reads the same from the record. */
export interface BoundBy {
  /** Seconds asked for. */
  readonly duration: number;
  /** NumericDate of the subject token's end, and of the attestation's. */
  readonly subjectExp: number;
  readonly attestationExp: number | null;
  /** The exchange's own caller, and its hash in the record. */
  readonly address: { readonly value: string; readonly sealed: string };
  /** NumericDate of the request. */
  readonly now: number;
}

/**
 * Bounds a session by its permission, its parameters and what it rests on (rule 7; architecture, section 4).
 *
 * @returns the bounds, the same for the same input; or the refusal `too_little_time_left`.
 * @throws Fault `misconfigured` where a place cannot be told or STS would not take the text.
 */
export function bound(chosen: Chosen, by: BoundBy): Outcome<Bounds> {
  const { permission } = chosen;
  const limit = deadline({ ...by, wanted: by.duration, longest: permission.longest });
  if (!limit.ok) return limit;
  const texts = policyTexts(permission, chosen, by.address, limit.value.deadline);
  return allow({ ...limit.value, ...texts });
}

/**
 * The session policy, and its hash for the record. All of the text but the address can be told from record and
 * configuration, so a hash over the address itself could be guessed back after the person was forgotten.
 *
 * @param deadline - NumericDate.
 */
export function policyTexts(
  permission: Permission,
  fill: Pick<Chosen, 'account' | 'parameters'>,
  address: BoundBy['address'],
  deadline: number,
): Pick<Bounds, 'policy' | 'recorded'> {
  const text = sessionPolicyFor(permission, fill, deadline);
  return {
    policy: text(resolvePlace(permission.place, address.value)),
    recorded: sha256Hex(text(sealedPlace(permission.place, address.sealed))),
  };
}

const sealedPlace = (rule: PlaceRule, sealed: string): Place =>
  rule.kind === 'exchange' ? { kind: 'cidrs', cidrs: [sealed] } : rule;
