/** What of ours, or of what we stand on, failed. The code is constant text: it becomes a metric's dimension. */
export const FAULT_CODES = [
  'keys_unavailable',
  'nonce_keys_unavailable',
  'ledger_unavailable',
  'mint_unavailable',
  'sts_unavailable',
  'sts_refused',
  'signing_unavailable',
  'policy_engine_failed',
  'bundle_mismatch',
  'intent_missing',
  'intent_differs',
  'plan_differs',
  'too_late',
  'outcome_slot_lost',
  'revocation_pending',
  'account_unverified',
  'archive_behind',
  'iam_unavailable',
  'canary_unavailable',
  'queue_unavailable',
  'scheduler_unavailable',
  'evidence_unavailable',
  'evidence_forked',
  'misconfigured',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** For a code that came over a wire. */
export const isFaultCode = (code: unknown): code is FaultCode => FAULT_CODES.some((known) => known === code);

/**
 * Nobody asked for something wrong: something of ours did not work. Becomes 503 with `Retry-After`.
 *
 * The message is ours and never quotes an input: `JSON.parse`, the SDK and `fetch` put what they choked on
 * into their messages, and a token could be part of it. The cause is therefore dropped, only its name is kept.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Seconds after which a retry may succeed. */
  readonly retryAfter: number;
  /** Class name of what was caught, such as `TimeoutError`: never its message. */
  readonly causeName: string | undefined;

  constructor(code: FaultCode, options: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(code);
    this.name = 'Fault';
    this.code = code;
    this.retryAfter = options.retryAfter ?? 1;
    this.causeName = options.cause instanceof Error ? className(options.cause) : undefined;
  }
}

/**
 * What a caught error calls itself, fit for a log. `name` is a property like any other: the SDK takes it from the answer
 * that it could not use, and a library may have put an input there.
 *
 * @returns at most 64 letters and digits; `Error` for any other name.
 */
export const className = ({ name }: Error): string =>
  /^[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : 'Error';
