import { Fault } from '../../core/fault.ts';
import { REFUSALS, type Refusal, remedyOf } from '../../core/refusals.ts';
import { type Answer, nonceHeader } from './answer.ts';

/** What is known about the caller when a refusal is answered. */
export interface Known {
  /** Id of the record that the refusal left, or of the minute's first like it; `null`: it left none. */
  readonly writ: string | null;
  /** Whether the subject token counted: verified, and its issuer's mandatory claim rules met (rule 2). */
  readonly counted: boolean;
}

export const STRANGER: Known = { writ: null, counted: false };

/**
 * The RFC 6749 §5.2 answer to a refusal.
 *
 * A stranger learns the class of failure and no more: what he guessed right would help him with the next guess.
 * Whoever has shown a user's token learns the reason, what to do about it, and the id to quote to an admin.
 *
 * @param nonce - A fresh server nonce. Only the edge's own refusals, made before any key is at hand, have none.
 * @throws Fault `nonce_keys_unavailable`: `use_dpop_nonce` without a nonce would send the client round in circles.
 */
export function refusalAnswer(refusal: Refusal, known: Known, nonce: string | null): Answer {
  const { error, status } = REFUSALS[refusal.reason];
  if (error === 'use_dpop_nonce' && nonce === null) throw new Fault('nonce_keys_unavailable');
  const headers = nonceHeader(nonce);
  if (!known.counted) return { status, headers, body: { error } };
  const remedy = remedyOf(refusal);
  return {
    status,
    headers,
    body: {
      error,
      reason_code: refusal.reason,
      ...(known.writ === null ? {} : { writ: known.writ }),
      ...(remedy === null ? {} : { remedy }),
    },
  };
}
