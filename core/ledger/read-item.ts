import * as z from 'zod/mini';
import { jcs } from '../encoding/jcs.ts';
import type { LedgerItem } from '../ports.ts';
import { keyOf } from './keys.ts';
import {
  Ended,
  Enforced,
  Enrolled,
  Forgotten,
  Intent,
  KeyPointer,
  type LedgerRecord,
  type LogRecord,
  Outcome,
  RECORDS,
  Refused,
  RevocationRefused,
  Revoked,
  Stamped,
  Tamper,
} from './records.ts';

const AnyRecord = z.discriminatedUnion('type', [
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
  Forgotten,
]);

/** What the archiver saw of the table is a leaf, and never stands in the ledger. */
const AnyLeaf = z.discriminatedUnion('type', [AnyRecord, Tamper]);

/**
 * Why an item is no record. Constant text: a body's own words are hostile and stay out of it.
 *
 * `unknown_version` is said of a type that is known and a `v` that is not: another release wrote it, or somebody who wants
 * it to seem so. It is for people, who then know to finish the deploy; whoever decides treats all flaws alike, and fails
 * closed (docs/upgrading.md).
 */
export type Flaw = 'not_json' | 'not_canonical' | 'not_a_record' | 'unknown_version' | 'out_of_place';

/**
 * The record that an item holds.
 *
 * A body counts only as its one canonical text, for that text is what was hashed and logged: JSON with a key twice
 * could say one thing to us and another to an auditor. And only where its own fields say that it stands.
 *
 * @returns Never throws, whatever the body: it may have been put by somebody else.
 */
export function readItem(item: LedgerItem): { readonly record: LedgerRecord } | { readonly flaw: Flaw } {
  const read = readBody(item.body, AnyRecord);
  if ('flaw' in read) return read;
  const { pk, sk } = keyOf(read.record);
  return pk === item.pk && sk === item.sk ? read : { flaw: 'out_of_place' };
}

/** What a leaf of the log says; `null`: it is no record. It has no place but the one that its own fields tell. */
export function recordOfLeaf(body: string): LogRecord | null {
  const read = readBody(body, AnyLeaf);
  return 'record' in read ? read.record : null;
}

function readBody<T extends z.ZodMiniType>(
  body: string,
  schema: T,
): { readonly record: z.output<T> } | { readonly flaw: Exclude<Flaw, 'out_of_place'> } {
  const value = parsed(body);
  if (value === undefined) return { flaw: 'not_json' };
  if (!isCanonical(value, body)) return { flaw: 'not_canonical' };
  const read = schema.safeParse(value);
  if (!read.success) return { flaw: isOfAnotherVersion(value) ? 'unknown_version' : 'not_a_record' };
  return { record: read.data };
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

const Versioned = z.object({ type: z.string(), v: z.int().check(z.positive()) });

/** Of a type that this release has, in a version that it does not have. */
function isOfAnotherVersion(value: unknown): boolean {
  const read = Versioned.safeParse(value);
  if (!read.success) return false;
  const shapes = Object.values(RECORDS).map(({ shape }) => shape);
  const versions = shapes.flatMap(({ type, v }) =>
    type.def.values[0] === read.data.type ? v.def.values : [],
  );
  return versions.length > 0 && !versions.includes(read.data.v as 1);
}

/** Nesting too deep, or a lone surrogate, which has no canonical text: not canonical either. */
function isCanonical(value: unknown, body: string): boolean {
  try {
    return jcs(value) === body;
  } catch {
    return false;
  }
}
