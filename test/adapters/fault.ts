/** What must hold of every fault: it is one of ours, and nothing of what went in or came back is in it. */
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { Fault, type FaultCode } from '../../core/fault.ts';

/** Planted in requests, answers and errors: of a token's shape. */
export const CANARY = 'eyJjYW5hcnkiOjF9.eyJtdXN0Ijoibm90In0.be-seen_';

/** @returns The fault, after it was searched. */
export async function expectFault(attempt: Promise<unknown>, code: FaultCode): Promise<Fault> {
  const error = await attempt.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error(`no fault but ${inspect(error)}`);
  expect(error.code).toBe(code);
  expect(seenOf(error)).not.toContain(CANARY);
  return error;
}

/** All that a logger, a debugger or a test runner would show of an error. */
export const seenOf = (error: Error): string =>
  [
    String(error),
    error.message,
    error.stack,
    String(error.cause),
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name))),
    inspect(error, { depth: null, showHidden: true }),
  ].join('\n');
