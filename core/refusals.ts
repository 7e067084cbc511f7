/**
 * Everything Writ refuses: the reason an auditor reads, and what the caller is told.
 *
 * An arm carries what an auditor needs and never a token. The table gives each reason its RFC 6749 §5.2 code,
 * HTTP status, remedy, a sentence for people and the `writ` command's exit code; leaving one out does not compile.
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
  | { readonly reason: 'kind_unsupported' }
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
  // How they belong together (rule 4).
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

/** What a program can do about it by itself. */
export const REMEDIES = ['login', 'step_up', 'enroll', 'shorten', 'ask'] as const;
export type Remedy = (typeof REMEDIES)[number];

export type OAuthError =
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'invalid_authorization_details';

export interface RefusalRow {
  readonly error: OAuthError;
  readonly status: 400 | 413 | 415;
  /** `null`: nothing that a program could do by itself. */
  readonly remedy: Remedy | null;
  /**
   * The `writ` command's exit code: 1 where what it was called with is wrong, else 2. A stranger's answer has no
   * reason, and details are read before any token: there the command goes by `error`.
   */
  readonly exit: 1 | 2;
  /** What is wrong, in one sentence and in terms of what the caller can change. It is on every laptop: no detail. */
  readonly says: string;
}

const row = (
  error: OAuthError,
  says: string,
  change: Partial<Pick<RefusalRow, 'remedy' | 'status' | 'exit'>> = {},
): RefusalRow => ({ error, status: 400, remedy: null, exit: 2, says, ...change });

const login = { remedy: 'login' } as const;
const enroll = { remedy: 'enroll' } as const;
const ask = { remedy: 'ask' } as const;

export const REFUSALS: { readonly [R in Reason]: RefusalRow } = {
  request_too_large: row('invalid_request', 'The request is larger than the broker takes.', { status: 413 }),
  request_not_form: row(
    'invalid_request',
    'The request is no form: application/x-www-form-urlencoded in UTF-8.',
    { status: 415 },
  ),
  request_malformed: row('invalid_request', 'A parameter of the request is missing or malformed.'),
  parameter_repeated: row('invalid_request', 'A parameter of the request is there more than once.'),
  grant_type_unsupported: row(
    'unsupported_grant_type',
    'The broker knows one grant only: token exchange (RFC 8693).',
  ),
  scope_unsupported: row(
    'invalid_scope',
    'A scope cannot be asked for: a permission is, in authorization_details.',
  ),
  target_foreign: row('invalid_target', 'The request names an audience or resource that is not this broker.'),
  details_malformed: row(
    'invalid_authorization_details',
    'Permission, account, task, purpose, parameters or duration are missing or malformed.',
    { exit: 1 },
  ),
  kind_unsupported: row('unsupported_token_type', 'Nothing of this kind can be ended here.', { exit: 1 }),

  dpop_missing: row('invalid_dpop_proof', "The proof of the device's key (DPoP) is missing."),
  dpop_repeated: row('invalid_dpop_proof', 'There is more than one DPoP proof.'),
  dpop_malformed: row('invalid_dpop_proof', 'The DPoP proof is malformed.'),
  dpop_signature: row('invalid_dpop_proof', 'The DPoP proof is not signed by the key in it.'),
  dpop_claim: row('invalid_dpop_proof', 'The DPoP proof was made for another request or address.'),
  dpop_nonce_missing: row('use_dpop_nonce', "The broker's nonce is missing in what this device signed."),
  dpop_nonce_stale: row('use_dpop_nonce', "The broker's nonce in what this device signed is too old."),
  dpop_body_mismatch: row('invalid_dpop_proof', 'The DPoP proof was made for a request with other content.'),
  dpop_replayed: row('invalid_dpop_proof', 'The DPoP proof has been used before.'),

  token_malformed: row('invalid_request', 'A token is malformed.'),
  token_issuer_unknown: row('invalid_request', 'A token is from an issuer that this broker does not know.'),
  token_wrong_class: row(
    'invalid_request',
    'A token is from an issuer that does not vouch for what the token is shown as.',
  ),
  token_type_mismatch: row('invalid_request', 'A token is of another type than is needed where it stands.'),
  token_algorithm: row(
    'invalid_request',
    'A token is signed with an algorithm that is not accepted from its issuer.',
  ),
  token_key_unknown: row('invalid_request', 'A token is signed with a key that its issuer does not publish.'),
  token_signature: row('invalid_request', 'The signature of a token does not hold.'),
  token_audience: row('invalid_request', 'A token was made for somebody else than this broker.'),
  token_claim: row(
    'invalid_request',
    'A token lacks a claim that is needed, or has it with a value that does not fit.',
  ),
  token_expired: row('invalid_request', 'A token has expired.', login),
  token_not_yet_valid: row('invalid_request', 'A token is not valid yet.'),
  token_too_old: row('invalid_request', 'A token was issued too long ago.', login),
  token_in_two_slots: row('invalid_request', 'One token is shown as two different things.'),

  subject_rule: row('invalid_request', 'Your sign-in is not of an organisation that this broker serves.'),
  subject_not_human: row(
    'invalid_request',
    'The token that should be yours does not show that a person signed in.',
    login,
  ),
  subject_sign_in_too_old: row('invalid_request', 'You signed in too long ago for this.', login),
  actor_unknown: row('invalid_request', 'The broker knows no such agent.', ask),
  actor_expired: row('invalid_request', "This agent's registration has ended.", ask),
  actor_review_overdue: row(
    'invalid_request',
    "This agent's registration is waiting to be reviewed by its owner.",
    ask,
  ),
  actor_token_of_another_key: row('invalid_request', "The agent's token has been used from another device."),
  device_missing: row('invalid_request', 'The broker does not know this device, or no longer.', enroll),
  attestation_key_mismatch: row(
    'invalid_request',
    "The device's attestation is for another key than this device's.",
    enroll,
  ),

  subject_not_bound_to_device: row('invalid_request', 'Your sign-in was not made with this device.', login),
  actor_not_for_subject: row(
    'invalid_target',
    'This agent is not registered for you or this permission.',
    ask,
  ),
  actor_key_mismatch: row('invalid_request', "The agent's token is signed by another device than this."),
  body_hash_required: row(
    'invalid_dpop_proof',
    'This permission asks for a DPoP proof that covers the content of the request.',
  ),

  permission_unknown: row('invalid_target', 'There is no permission of this name.', ask),
  account_unknown: row(
    'invalid_target',
    'There is no account of this name in which the permission can be had.',
    ask,
  ),
  parameter_invalid: row(
    'invalid_authorization_details',
    'A parameter is missing or does not fit the permission.',
    { exit: 1 },
  ),
  policy_denied: row('invalid_target', 'The rules do not permit this as it was asked for.', ask),
  too_little_time_left: row(
    'invalid_target',
    'Your sign-in, or what vouches for this device, ends in a few seconds.',
    login,
  ),

  revoked: row('invalid_target', 'This access has been revoked.', ask),
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
