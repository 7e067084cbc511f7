import { Fault } from '../../core/fault.ts';

/**
 * Runs a function's start when Lambda starts it, not at the first request.
 *
 * A `Fault` (file and hash of a bundle differ for a moment during a deploy) must not kill the environment: it is
 * kept, and met by whoever asks, as 503, and the start is tried again. Anything else is a start-up failure.
 */
export function startOnce<T>(start: () => T): () => T {
  let started: { readonly value: T } | null = null;
  const attempt = (): T => {
    started ??= { value: start() };
    return started.value;
  };
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
  return attempt;
}
