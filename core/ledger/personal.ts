import { Fault } from '../fault.ts';
import type { Opening, Openings, Random } from '../ports.ts';
import { fits, SALT_BYTES, seal } from './openings.ts';
import type { Intent } from './records.ts';

/** What a record says of a person only as a hash, so that the person can be forgotten (architecture, section 6). */
export interface Personal {
  readonly login: string | null;
  readonly email: string | null;
  readonly purpose: string | null;
  readonly address: string;
  readonly userAgent: string | null;
}

/** Personal fields of a request that names a purpose. */
export interface RequestPersonal extends Personal {
  readonly purpose: string;
}

/** @throws Fault `misconfigured` without a purpose: a request for a session that names none is not parsed. */
export function withPurpose(hashes: Personal): RequestPersonal {
  const { purpose } = hashes;
  if (purpose === null) throw new Fault('misconfigured');
  return { ...hashes, purpose };
}

export interface Sealed {
  readonly hashes: Personal;
  readonly openings: Openings;
}

/** Each value under a salt of its own, so that equal values in two records cannot be told to be equal. */
export function sealPersonal(personal: Personal, random: Random): Sealed {
  const openings: { [field: string]: Opening } = {};
  const hash = (field: keyof Personal, value: string): string => {
    const sealed = seal(value, random(SALT_BYTES));
    openings[field] = sealed.opening;
    return sealed.hash;
  };
  const optional = (field: keyof Personal): string | null => {
    const value = personal[field];
    return value === null ? null : hash(field, value);
  };
  const hashes: Personal = {
    login: optional('login'),
    email: optional('email'),
    purpose: optional('purpose'),
    address: hash('address', personal.address),
    userAgent: optional('userAgent'),
  };
  return { hashes, openings };
}

/**
 * The personal values behind an intent's hashes, or `null` where one opening is missing, left over or does not fit:
 * then somebody handed over something else than what was recorded.
 */
export function openPersonal(intent: Intent, openings: Openings): RequestPersonal | null {
  const hashes: Personal = {
    login: intent.subject.login,
    email: intent.subject.email,
    purpose: intent.purpose.value,
    address: intent.address,
    userAgent: intent.userAgent,
  };
  const expected = Object.entries(hashes).filter(([, hash]) => hash !== null);
  if (Object.keys(openings).length !== expected.length) return null;
  for (const [field, hash] of expected) {
    const opening = openings[field];
    if (opening === undefined || !fits(hash, opening)) return null;
  }
  const { login, email, purpose, address, userAgent } = openings;
  if (purpose === undefined || address === undefined) return null;
  return {
    login: login?.value ?? null,
    email: email?.value ?? null,
    purpose: purpose.value,
    address: address.value,
    userAgent: userAgent?.value ?? null,
  };
}
