/** One credential in two places at once. */

import { groupedBy } from '../grouped.ts';

/** One let-through call with a writ's credential. */
export interface Call {
  readonly writ: string;
  readonly address: string;
  /** NumericDate. */
  readonly time: number;
}

interface Span {
  readonly address: string;
  first: number;
  last: number;
}

/**
 * @returns of each writ the addresses whose spans, from their first call to their last, overlap another's or touch it in
 *   the same second. An address that is left before the next one is used is a device that moved.
 */
export function sharedAddresses(calls: readonly Call[]): ReadonlyMap<string, ReadonlySet<string>> {
  const writs = groupedBy(calls, ({ writ }) => writ);
  return new Map([...writs].map(([writ, own]) => [writ, overlapping(spansOf(own))]));
}

function spansOf(calls: readonly Call[]): readonly Span[] {
  const spans = new Map<string, Span>();
  for (const { address, time } of calls) {
    const span = spans.get(address);
    if (span === undefined) spans.set(address, { address, first: time, last: time });
    else {
      span.first = Math.min(span.first, time);
      span.last = Math.max(span.last, time);
    }
  }
  return [...spans.values()];
}

/** By their beginnings: each overlaps the one that lasts longest of those before it, or none of them. */
function overlapping(spans: readonly Span[]): ReadonlySet<string> {
  const shared = new Set<string>();
  let longest: Span | null = null;
  for (const span of spans.toSorted((one, other) => one.first - other.first)) {
    if (longest !== null && span.first <= longest.last) {
      shared.add(longest.address).add(span.address);
    }
    if (longest === null || span.last > longest.last) longest = span;
  }
  return shared;
}
