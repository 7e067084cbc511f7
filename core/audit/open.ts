/** The clear values behind personal fields, where the auditor has been given them. */
import { fits } from '../ledger/openings.ts';
import type { LedgerRecord } from '../ledger/records.ts';
import type { Openings } from '../ports.ts';
import type { LogFlaw } from './evidence.ts';
import type { Placed } from './placed.ts';

interface Personal {
  /** The record's own id: what its openings are filed by. */
  readonly id: string;
  readonly hashes: { readonly [field: string]: string | null | undefined };
}

export interface Opened {
  readonly values: ReadonlyMap<string, { readonly [field: string]: string }>;
  readonly flaws: readonly LogFlaw[];
}

/** A value counts only if the record's hash is made of it: an opening is anybody's word. */
export function openAll(items: readonly Placed[], openings: ReadonlyMap<string, Openings>): Opened {
  const values = new Map<string, { readonly [field: string]: string }>();
  const flaws: LogFlaw[] = [];
  for (const { record, leaf } of items) {
    const personal = personalIn(record);
    const given = personal === null ? undefined : openings.get(personal.id);
    if (personal === null || given === undefined) continue;
    const shown: { [field: string]: string } = {};
    for (const [field, hash] of Object.entries(personal.hashes)) {
      const opening = Object.hasOwn(given, field) ? given[field] : undefined;
      if (opening === undefined || typeof hash !== 'string') continue;
      if (fits(hash, opening)) shown[field] = opening.value;
      else flaws.push({ where: `leaf ${leaf.index}`, flaw: `an opening of ${field} does not fit its hash` });
    }
    values.set(personal.id, { ...values.get(personal.id), ...shown });
  }
  return { values, flaws };
}

function personalIn(record: LedgerRecord): Personal | null {
  switch (record.type) {
    case 'intent':
    case 'refused':
      return {
        id: record.writ,
        hashes: {
          login: record.subject.login,
          email: record.subject.email,
          purpose: record.purpose?.value,
          address: record.address,
          userAgent: record.userAgent,
        },
      };
    case 'enrolled':
      return {
        id: record.enrolment,
        hashes: {
          login: record.subject.login,
          email: record.subject.email,
          address: record.address,
          userAgent: record.userAgent,
        },
      };
    case 'revoked':
    case 'revocation_refused':
      return {
        id: record.revocation,
        hashes: { reason: record.reason, address: record.address, userAgent: record.userAgent },
      };
    default:
      return null;
  }
}
