import fc from 'fast-check';
import { expect } from 'vitest';

/**
 * How long to look, and where to begin. The seed is fixed, so that a run of the tests is the same twice; for a longer
 * look: `FUZZ_RUNS=100000 FUZZ_SEED=$RANDOM npx vitest run test/fuzz`.
 */
export const RUNS = {
  numRuns: Number(process.env.FUZZ_RUNS ?? 200),
  seed: Number(process.env.FUZZ_SEED ?? 1),
} as const;

/** A test may look for as long as it was asked to. */
export const PATIENCE = Math.max(20_000, RUNS.numRuns * 50);

/**
 * `fc.assert`, but for how it fails: by a failed expectation where the property's own `expect` failed, since only that
 * proves anything to `attacks:prove`; by another error where something broke.
 */
export async function holds<T>(property: fc.IRawProperty<T>, runs: fc.Parameters<T>): Promise<void> {
  const run = await fc.check(property, runs);
  if (!run.failed) return;
  const { errorInstance } = run;
  const report = `${fc.defaultReportMessage(run)}`;
  if (errorInstance instanceof Error && errorInstance.name === 'AssertionError') expect.fail(report);
  throw new Error(report);
}
