/** What of the ledger becomes a leaf of the evidence log, and what becomes a tamper leaf in its place. Pure. */
import { sha256Hex } from '../encoding/hash.ts';
import { jcs } from '../encoding/jcs.ts';
import { leafHash } from '../evidence/merkle.ts';
import type { LeafKey } from '../evidence/ports.ts';
import { entryOf, isLeafBody } from '../evidence/segment.ts';
import { keyOf } from '../ledger/keys.ts';
import { readItem, recordOfLeaf } from '../ledger/read-item.ts';
import type { Tamper } from '../ledger/records.ts';
import { MAX_KEY_CHARS } from '../limits.ts';
import type { ItemKey } from '../ports.ts';

/** One change of the ledger, as its stream tells it. */
export interface LedgerChange extends ItemKey {
  /** Any but `INSERT` is what nobody may do to the ledger. */
  readonly kind: string;
  /** By the stream's clock, NumericDate: a batch that is delivered again says the same. */
  readonly at: number;
  /** Bodies; `null`: no item, or one without a body. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A leaf to be: its body, and under which key the index has it. */
export interface NewLeaf extends LeafKey {
  readonly body: string;
  /** `null`: a record, just as it stands in the ledger. */
  readonly tamper: Tamper['what'] | null;
}

/** A record is put once; whatever else the stream tells is somebody's doing. */
export function leafOf(change: LedgerChange): NewLeaf {
  const { kind, before, after } = change;
  if (kind === 'INSERT') return leafOfItem(change, after, change.at);
  const what = kind === 'REMOVE' ? 'removed' : 'modified';
  return tamperLeaf(change, what, { at: change.at, before, after: what === 'removed' ? null : after });
}

/**
 * The leaf of an item that was put. Its body, byte for byte, where it is a record that stands in its place; else that
 * something stands there which no function of Writ wrote. (A version that this release does not know is such a thing as well:
 * the log tells its hash, and the gap sweep of a release that knows it adds the body.)
 *
 * @param at - NumericDate, for a tamper leaf.
 */
export function leafOfItem(place: ItemKey, body: string | null, at: number): NewLeaf {
  if (body !== null && isLeafBody(body) && isShort(place) && 'record' in readItem({ ...place, body })) {
    return { pk: place.pk, sk: place.sk, leaf: leafOfBody(body), body, tamper: null };
  }
  return tamperLeaf(place, 'unreadable', { at, before: null, after: body });
}

const isShort = ({ pk, sk }: ItemKey): boolean => pk.length <= MAX_KEY_CHARS && sk.length <= MAX_KEY_CHARS;

/**
 * @param told - Bodies, of which the leaf has the hashes: they may be anything.
 */
export function tamperLeaf(
  place: ItemKey,
  what: Tamper['what'],
  told: { readonly at: number; readonly before: string | null; readonly after: string | null },
): NewLeaf {
  const { pk, sk } = cut(place);
  const tamper: Tamper = {
    v: 1,
    type: 'tamper',
    at: told.at,
    pk,
    sk,
    what,
    before: told.before === null ? null : sha256Hex(told.before),
    after: told.after === null ? null : sha256Hex(told.after),
  };
  const body = jcs(tamper);
  return { ...tamperPlace(place), leaf: leafOfBody(body), body, tamper: what };
}

/** Under which key the index has what is told of a place; no record of ours has it. */
export const tamperPlace = (place: ItemKey): ItemKey => {
  const { pk, sk } = cut(place);
  return { pk, sk: `${sk}${TAMPER}` };
};
const TAMPER = '#tamper';

/** Keys of ours are short. A longer one would not fit into the index, and what cannot be indexed would stop the log. */
const cut = ({ pk, sk }: ItemKey): ItemKey => ({
  pk: pk.slice(0, MAX_KEY_CHARS).toWellFormed(),
  sk: sk.slice(0, MAX_KEY_CHARS).toWellFormed(),
});

/**
 * Where a leaf belongs, told from its body alone: so that whoever finishes what another began needs nothing but the segment.
 *
 * @returns `null`: no leaf that an archiver makes.
 */
export function placeOfLeaf(body: string): ItemKey | null {
  const record = recordOfLeaf(body);
  if (record === null) return null;
  return record.type === 'tamper' ? tamperPlace(record) : keyOf(record);
}

/** RFC 6962 leaf hash of a body, lower-case hex. */
export const leafOfBody = (body: string): string => Buffer.from(leafHash(entryOf(body))).toString('hex');
