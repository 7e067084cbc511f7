/** From where a call came, and whether its writ is bound to that place. */
import { inRange } from '../iam/ip-range.ts';
import { anyOf } from '../iam/truth.ts';
import type { Intent } from '../ledger/records.ts';
import type { Unknown } from './reasons.ts';
import type { TrailEvent } from './trail-event.ts';

/** A service's name stands where an address would: `athena.amazonaws.com`, `AWS Internal`. */
const SERVICE = /^(?:[a-z0-9.-]{1,200}\.amazonaws\.com(?:\.cn)?|AWS Internal)$/i;

/** A service that calls in a session's name does so with a key of its own. */
export const isServices = (event: TrailEvent): boolean =>
  event.identity.invokedBy !== null || !hasPlace(event);

/**
 * Whether a call came from somewhere: a service calls from where it stands, and its name is what CloudTrail has. Beside an
 * address, `invokedBy` excuses nothing: the console writes it for a person, with the person's own address.
 */
export const hasPlace = ({ sourceAddress }: TrailEvent): boolean => !SERVICE.test(sourceAddress ?? '');

export type Seen = 'inside' | 'outside' | Unknown;

/** @param opened - The address that asked for the writ, in clear; `null`: erased, or not handed over. */
export function placeOf(place: Intent['place'], event: TrailEvent, opened: string | null): Seen {
  if (!hasPlace(event)) return 'inside';
  switch (place.kind) {
    case 'anywhere':
      return 'inside';
    case 'vpcs':
      // An endpoint's id does not say in which VPC it is.
      return 'place_vpc';
    case 'exchange':
      if (event.vpcEndpointId !== null) return 'outside';
      return opened === null ? 'place_erased' : within([opened], event.sourceAddress);
    case 'cidrs':
      // IAM has no source address for a call through an endpoint, and denies it; whoever builds a VPC chooses its addresses.
      return event.vpcEndpointId === null ? within(place.cidrs, event.sourceAddress) : 'outside';
  }
}

function within(ranges: readonly string[], address: string | null): Seen {
  if (address === null) return 'place_unreadable';
  const found = anyOf(ranges.map((range) => inRange(range, address)));
  if (found === null) return 'place_unreadable';
  return found ? 'inside' : 'outside';
}
