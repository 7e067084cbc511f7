import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';

export type Item = Record<string, AttributeValue>;

/** A call of which no failure means anything but that nobody knows: Fault `ledger_unavailable`. */
export async function guarded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Fault('ledger_unavailable', { cause: error });
  }
}
