import type { Reason } from '../refusals.ts';

export const STEPS = ['exchange', 'allowed', 'forbidden', 'identity', 'revocation'] as const;
export type Step = (typeof STEPS)[number];

/** Each our own word: they are logged. */
export const STEP_RESULTS = [
  'ok',
  // What it rests on failed.
  'not_tried',
  // KMS did not sign.
  'unsigned',
  // No answer in time, and a 5xx.
  'unanswered',
  'fault',
  // Answered, and not as it must be.
  'refused',
  'malformed',
  'let_through',
  'another_reason',
  'nothing_ended',
  // What AWS said to a call.
  'denied',
  'unclear',
  'still_allowed',
] as const;
export type StepResult = (typeof STEP_RESULTS)[number];

export interface Probed {
  readonly steps: { readonly [S in Step]: StepResult };
  readonly writ: string | null;
  /** Why an exchange was refused that must not have been, in the broker's own word. */
  readonly reason: Reason | null;
  /** From the answer to the revocation until AWS was seen to refuse. */
  readonly refusedAfterMillis: number | null;
}

export const NOTHING_TRIED: Probed = {
  steps: {
    ...{ exchange: 'not_tried', allowed: 'not_tried', forbidden: 'not_tried' },
    ...{ identity: 'not_tried', revocation: 'not_tried' },
  },
  ...{ writ: null, reason: null, refusedAfterMillis: null },
};
