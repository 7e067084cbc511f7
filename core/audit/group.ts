/** Which events have to be judged together: all of one credential. */
import type { Prefilter } from './evidence.ts';
import { joinOf } from './join.ts';
import type { TrailEvent } from './trail-event.ts';
import { partOf } from './use.ts';

/**
 * @returns `writ:` and the id that an event is judged by, or `else:` and the identity where it has none. Hostile text, of
 *   any length: hash it before it names a file.
 */
export function groupOf(event: TrailEvent, prefilter: Prefilter): string {
  const part = partOf(event, prefilter);
  const writ = 'session' in part ? joinOf(event, part, prefilter).writ : null;
  if (writ !== null) return `writ:${writ}`;
  const { principalId, arn, accessKeyId, type } = event.identity;
  return `else:${principalId ?? arn ?? accessKeyId ?? type}`;
}
