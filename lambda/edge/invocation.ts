import type { Context } from 'aws-lambda';
import { Fault } from '../../core/fault.ts';
import { logFault } from './log.ts';

/**
 * A Lambda handler for functions that no stranger reaches and nobody waits for: sweep, schedule, close.
 *
 * Lambda writes what a handler throws, message and stack, into the log and into the answer. So nothing but a
 * `Fault` gets out, whose message is one of our own codes.
 *
 * @throws Fault: its own, or `misconfigured` for whatever else was thrown.
 */
export function invocation<E, A>(
  handle: (event: E) => Promise<A>,
  name: string,
): (event: E, context: Context) => Promise<A> {
  return async (event) => {
    try {
      return await handle(event);
    } catch (error) {
      logFault(error, name);
      throw error instanceof Fault ? error : new Fault('misconfigured');
    }
  };
}
