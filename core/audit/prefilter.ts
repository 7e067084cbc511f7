import { TOLERANCE_SECONDS } from '../limits.ts';
import type { Evidence, Prefilter } from './evidence.ts';
import type { OutOfScopeKind } from './reasons.ts';
import type { TrailEvent } from './trail-event.ts';
import { partOf } from './use.ts';

export type { Prefilter } from './evidence.ts';

export const prefilterOf = (
  { writs, byRequestId, byAccessKey, roles, roleNames }: Evidence,
  tolerance: number = TOLERANCE_SECONDS,
): Prefilter => ({ writs: new Set(writs.keys()), byRequestId, byAccessKey, roles, roleNames, tolerance });

/** Whether the join has to see an event; else why Writ says nothing of it. */
export function inScope(event: TrailEvent, prefilter: Prefilter): 'in' | OutOfScopeKind {
  const part = partOf(event, prefilter);
  return part.part === 'none' ? part.why : 'in';
}
