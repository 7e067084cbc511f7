import type { Outcome } from '../../core/outcome.ts';

/** The value, or a failed test that says which refusal came instead. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
}
