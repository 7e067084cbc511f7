/**
 * Everything Writ refuses: the reason an auditor reads, and what the caller is told.
 *
 * An arm carries what an auditor needs and never a token. The table gives each reason its RFC 6749 §5.2 code,
 * HTTP status, remedy and the `writ` command's exit code; leaving one out does not compile.
 */

/** Which token of a request a refusal speaks of. */
export type Slot = 'subject_token' | 'actor_token' | 'client_attestation' | 'first';

export type Refusal =
  // The request itself (RFC 8693 §2.1, RFC 6749 §3.2, RFC 9396 §5).
  | { readonly reason: 'request_too_large'; readonly limit: number }
  | { readonly reason: 'request_not_form' }
  | { readonly reason: 'request_malformed'; readonly parameter: string; readonly problem: string }
  | { readonly reason: 'parameter_repeated'; readonly parameter: string }
  | { readonly reason: 'grant_type_unsupported' }
  | { readonly reason: 'scope_unsupported' }
  | { readonly reason: 'target_foreign'; readonly parameter: 'audience' | 'resource' }
  | { readonly reason: 'details_malformed'; readonly at: string; readonly problem: string }
  // The DPoP proof (RFC 9449 §4.3, §8).
  | { readonly reason: 'dpop_missing' }
  | { readonly reason: 'dpop_repeated' }
  | { readonly reason: 'dpop_malformed'; readonly problem: string }
  | { readonly reason: 'dpop_signature' }
  | { readonly reason: 'dpop_claim'; readonly claim: string }
  | { readonly reason: 'dpop_nonce_missing' }
  | { readonly reason: 'dpop_nonce_stale' }
  | { readonly reason: 'dpop_body_mismatch' }
  | { readonly reason: 'dpop_replayed' }
  // Any token (RFC 8725).
  | { readonly reason: 'token_malformed'; readonly token: Slot; readonly problem: string }
  | { readonly reason: 'token_issuer_unknown'; readonly token: Slot }
  | { readonly reason: 'token_wrong_class'; readonly token: Slot; readonly issuerClass: string }
  | { readonly reason: 'token_type_mismatch'; readonly token: Slot; readonly problem: string }
  | { readonly reason: 'token_algorithm'; readonly token: Slot }
  | { readonly reason: 'token_key_unknown'; readonly token: Slot }
  | { readonly reason: 'token_signature'; readonly token: Slot }
  | { readonly reason: 'token_audience'; readonly token: Slot }
  | { readonly reason: 'token_claim'; readonly token: Slot; readonly claim: string }
  | { readonly reason: 'token_expired'; readonly token: Slot; readonly exp: number; readonly now: number }
  | {
      readonly reason: 'token_not_yet_valid';
      readonly token: Slot;
      readonly from: number;
      readonly now: number;
    }
  | { readonly reason: 'token_too_old'; readonly token: Slot; readonly iat: number; readonly now: number }
  | { readonly reason: 'token_in_two_slots'; readonly token: Slot; readonly also: Slot }
  // Who the token speaks of.
  | { readonly reason: 'subject_rule'; readonly claim: string }
  | { readonly reason: 'subject_not_human'; readonly problem: string }
  | { readonly reason: 'subject_sign_in_too_old'; readonly auth_time: number; readonly now: number }
  | { readonly reason: 'actor_unknown' }
  | { readonly reason: 'actor_expired'; readonly agent: string; readonly expires: number }
  | { readonly reason: 'actor_review_overdue'; readonly agent: string; readonly reviewBy: number }
  | { readonly reason: 'actor_token_of_another_key' }
  | { readonly reason: 'device_missing' }
  | { readonly reason: 'attestation_key_mismatch' }
  // How they belong together (design, rule 4).
  | { readonly reason: 'subject_not_bound_to_device'; readonly problem: string }
  | { readonly reason: 'actor_not_for_subject'; readonly agent: string }
  | { readonly reason: 'actor_key_mismatch' }
  | { readonly reason: 'body_hash_required'; readonly permission: string }
  // What is asked for.
  | { readonly reason: 'permission_unknown'; readonly permission: string }
  | { readonly reason: 'account_unknown'; readonly account: string }
  | { readonly reason: 'parameter_invalid'; readonly parameter: string; readonly problem: string }
  | { readonly reason: 'policy_denied'; readonly policies: readonly string[]; readonly remedy: Remedy | null }
  | {
      readonly reason: 'too_little_time_left';
      readonly end: number;
      readonly now: number;
      readonly by: string;
    }
  // What happened since (rule 8).
  | { readonly reason: 'revoked'; readonly kind: string };

export type Reason = Refusal['reason'];

/** What a program can do about it by itself; `null`: nothing. */
export type Remedy = 'login' | 'step_up' | 'enroll' | 'shorten' | 'ask';

export type OAuthError =
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'unsupported_grant_type'
  | 'invalid_authorization_details';

export interface RefusalRow {
  readonly error: OAuthError;
  readonly status: 400 | 413 | 415;
  readonly remedy: Remedy | null;
  /** The `writ` command's exit code: 2 refused. */
  readonly exit: 1 | 2;
}

const row = (
  error: OAuthError,
  remedy: Remedy | null = null,
  status: 400 | 413 | 415 = 400,
  exit: 1 | 2 = 2,
) => ({ error, status, remedy, exit }) as const;

export const REFUSALS: { readonly [R in Reason]: RefusalRow } = {
  request_too_large: row('invalid_request', null, 413),
  request_not_form: row('invalid_request', null, 415),
  request_malformed: row('invalid_request'),
  parameter_repeated: row('invalid_request'),
  grant_type_unsupported: row('unsupported_grant_type'),
  scope_unsupported: row('invalid_scope'),
  target_foreign: row('invalid_target'),
  details_malformed: row('invalid_authorization_details', null, 400, 1),

  dpop_missing: row('invalid_dpop_proof'),
  dpop_repeated: row('invalid_dpop_proof'),
  dpop_malformed: row('invalid_dpop_proof'),
  dpop_signature: row('invalid_dpop_proof'),
  dpop_claim: row('invalid_dpop_proof'),
  dpop_nonce_missing: row('use_dpop_nonce'),
  dpop_nonce_stale: row('use_dpop_nonce'),
  dpop_body_mismatch: row('invalid_dpop_proof'),
  dpop_replayed: row('invalid_dpop_proof'),

  token_malformed: row('invalid_request'),
  token_issuer_unknown: row('invalid_request'),
  token_wrong_class: row('invalid_request'),
  token_type_mismatch: row('invalid_request'),
  token_algorithm: row('invalid_request'),
  token_key_unknown: row('invalid_request'),
  token_signature: row('invalid_request'),
  token_audience: row('invalid_request'),
  token_claim: row('invalid_request'),
  token_expired: row('invalid_request', 'login'),
  token_not_yet_valid: row('invalid_request'),
  token_too_old: row('invalid_request', 'login'),
  token_in_two_slots: row('invalid_request'),

  subject_rule: row('invalid_request'),
  subject_not_human: row('invalid_request', 'login'),
  subject_sign_in_too_old: row('invalid_request', 'login'),
  actor_unknown: row('invalid_request', 'ask'),
  actor_expired: row('invalid_request', 'ask'),
  actor_review_overdue: row('invalid_request', 'ask'),
  actor_token_of_another_key: row('invalid_request'),
  device_missing: row('invalid_request', 'enroll'),
  attestation_key_mismatch: row('invalid_request', 'enroll'),

  subject_not_bound_to_device: row('invalid_request', 'login'),
  actor_not_for_subject: row('invalid_target', 'ask'),
  actor_key_mismatch: row('invalid_request'),
  body_hash_required: row('invalid_dpop_proof'),

  permission_unknown: row('invalid_target', 'ask'),
  account_unknown: row('invalid_target', 'ask'),
  parameter_invalid: row('invalid_authorization_details', null, 400, 1),
  policy_denied: row('invalid_target', 'ask'),
  too_little_time_left: row('invalid_target', 'login'),

  revoked: row('invalid_target', 'ask'),
};

/** What the caller is told to do: the table's remedy, unless the refusal knows better. */
export function remedyOf(refusal: Refusal): Remedy | null {
  if (refusal.reason === 'policy_denied' && refusal.remedy !== null) return refusal.remedy;
  // A stale attestation is renewed by enrolling; signing in would not help.
  if (refusal.reason === 'token_expired' && refusal.token === 'client_attestation') return 'enroll';
  if (refusal.reason === 'token_expired' && refusal.token === 'actor_token') return null;
  if (refusal.reason === 'token_too_old' && refusal.token === 'actor_token') return null;
  if (refusal.reason === 'too_little_time_left' && refusal.by === 'attestation') return 'enroll';
  return REFUSALS[refusal.reason].remedy;
}
