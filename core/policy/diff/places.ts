import { inRange } from '../../iam/ip-range.ts';
import type { PlaceRule } from '../bundle.ts';
import { type Part, valueParts } from './change.ts';

/** From where sessions may be used. Two places of which neither lies in the other cannot be compared. */
export function placeParts(before: PlaceRule, after: PlaceRule): Part[] {
  const noMore = within(after, before);
  const noLess = within(before, after);
  const effect = noMore ? (noLess ? 'neither' : 'narrows') : noLess ? 'widens' : 'undecided';
  return valueParts('place', told(before), told(after), effect);
}

function within(one: PlaceRule, other: PlaceRule): boolean {
  if (other.kind === 'anywhere') return true;
  if (one.kind === 'exchange') return other.kind === 'exchange';
  if (one.kind === 'vpcs') return other.kind === 'vpcs' && one.vpcs.every((vpc) => other.vpcs.includes(vpc));
  return (
    one.kind === 'cidrs' &&
    other.kind === 'cidrs' &&
    one.cidrs.every((cidr) => other.cidrs.some((wide) => isInRange(cidr, wide)))
  );
}

/** A range lies in another that is no longer than it and has its first address. */
function isInRange(cidr: string, wide: string): boolean {
  const [address = '', prefix] = cidr.split('/');
  return Number(wide.split('/')[1]) <= Number(prefix) && inRange(wide, address) === true;
}

function told(place: PlaceRule): string {
  switch (place.kind) {
    case 'cidrs':
      return [...place.cidrs].sort().join(', ');
    case 'vpcs':
      return [...place.vpcs].sort().join(', ');
    default:
      return place.kind;
  }
}
