import * as z from 'zod/mini';
import { jcs } from '../encoding/jcs.ts';
import type { LedgerItem } from '../ports.ts';
import { keyOf } from './keys.ts';
import {
  Ended,
  Enforced,
  Enrolled,
  Intent,
  KeyPointer,
  type LedgerRecord,
  Outcome,
  Refused,
  RevocationRefused,
  Revoked,
  Stamped,
} from './records.ts';

const AnyRecord = z.union([
  Intent,
  Refused,
  Outcome,
  Revoked,
  Stamped,
  RevocationRefused,
  Enforced,
  Ended,
  Enrolled,
  KeyPointer,
]);

/** Why an item is no record. Constant text: a body's own words are hostile and stay out of it. */
export type Flaw = 'not_json' | 'not_canonical' | 'not_a_record' | 'out_of_place';

/**
 * The record that an item holds.
 *
 * A body counts only as its one canonical text, for that text is what was hashed and logged: JSON with a key twice
 * could say one thing to us and another to an auditor. And only where its own fields say that it stands.
 *
 * @returns Never throws, whatever the body: it may have been put by somebody else.
 */
export function readItem(item: LedgerItem): { readonly record: LedgerRecord } | { readonly flaw: Flaw } {
  const value = parsed(item.body);
  if (value === undefined) return { flaw: 'not_json' };
  if (!isCanonical(value, item.body)) return { flaw: 'not_canonical' };
  const read = AnyRecord.safeParse(value);
  if (!read.success) return { flaw: 'not_a_record' };
  const { pk, sk } = keyOf(read.data);
  return pk === item.pk && sk === item.sk ? { record: read.data } : { flaw: 'out_of_place' };
}

/** The record that an item holds; `null` where there is no item, or what it holds is no record of its place. */
export function recordIn(item: LedgerItem | undefined): LedgerRecord | null {
  const read = item === undefined ? null : readItem(item);
  return read !== null && 'record' in read ? read.record : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Nesting too deep, or a lone surrogate, which has no canonical text: not canonical either. */
function isCanonical(value: unknown, body: string): boolean {
  try {
    return jcs(value) === body;
  } catch {
    return false;
  }
}
