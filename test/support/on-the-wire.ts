/** What a refusal must look like to a client, and which of Writ's own reasons stands behind it. */
import { expect } from 'vitest';
import { REFUSALS, type Refusal } from '../../core/refusals.ts';
import type { WireAnswer } from './wire.ts';

/**
 * A refusal of a caller whose own token has not counted: the class of failure and nothing more.
 *
 * @param error - The standard's code, spelled out in the test that the clause demands it in.
 */
export const turnedAwayAs = (error: string, refusal: Refusal) =>
  expect.objectContaining({ status: REFUSALS[refusal.reason].status, body: { error }, refusal });

/** A refusal of somebody known: with the reason, and the record's id. */
export const refusedWith = (error: string, refusal: Refusal) =>
  expect.objectContaining({
    status: REFUSALS[refusal.reason].status,
    body: expect.objectContaining({ error, reason_code: refusal.reason, writ: expect.any(String) }),
    refusal,
  });

/** Granted: credentials came. */
export const granted = expect.objectContaining({
  status: 200,
  body: expect.objectContaining({ access_token: expect.any(String) }),
}) as WireAnswer;
