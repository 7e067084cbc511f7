import { PROBE_WITHIN_MILLIS } from '../../core/limits.ts';

/**
 * How long a probe waits for AWS to refuse, milliseconds: `within` of the event where it is shorter than what a schedule
 * gives, which names none.
 */
export function within({ within: asked }: { readonly within?: unknown }): number {
  const isFit = typeof asked === 'number' && asked >= 0;
  return isFit ? Math.min(asked, PROBE_WITHIN_MILLIS) : PROBE_WITHIN_MILLIS;
}
