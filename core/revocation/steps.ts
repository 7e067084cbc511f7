/** Does what can be done: where one step fails the others go on, and the fault is kept. */
import { Fault } from '../fault.ts';

export interface Steps {
  /**
   * A step that is taken again and then succeeds has not failed.
   *
   * @returns null where it met a Fault. Anything else is thrown on: it is an error of ours.
   */
  take<T>(name: string, step: () => Promise<T>): Promise<T | null>;
  /** What failed was done by somebody else: no failure. */
  forgive(name: string): void;
  /** Of the first step that failed when it was last taken. */
  fault(): Fault | null;
}

export function newSteps(): Steps {
  const faults = new Map<string, Fault>();
  return {
    async take(name, step) {
      try {
        const value = await step();
        faults.delete(name);
        return value;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        faults.set(name, error);
        return null;
      }
    },
    forgive(name) {
      faults.delete(name);
    },
    fault: () => faults.values().next().value ?? null,
  };
}
