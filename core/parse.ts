import { Fault } from './fault.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { parseBinding } from './parse/binding.ts';
import { parseDetails } from './parse/details.ts';
import { type Form, type Parameter, parseForm } from './parse/form.ts';
import type { BindingParameter, Details, Received, TokenRequest } from './request.ts';
import { ACCESS_TOKEN, AWS_CREDENTIALS, ID_TOKEN, JWT, TOKEN_EXCHANGE } from './tokens/token-types.ts';

export type Endpoint = 'token' | 'permissions' | 'enroll';

const malformed = (parameter: Parameter, problem: string) =>
  refuse({ reason: 'request_malformed', parameter, problem });

/**
 * Reads the form of `POST /token` (RFC 8693 §2.1): its shape, and nothing about what it says is true.
 *
 * `permissions` takes the same form without details; `enroll` without actor token too (`actor_token` is then `''`).
 * What an endpoint does not take is ignored, as an unknown parameter is.
 */
export function parseTokenRequest(
  received: Received,
  endpoint: 'token',
): Outcome<TokenRequest & { readonly details: Details }>;
export function parseTokenRequest(received: Received, endpoint: Endpoint): Outcome<TokenRequest>;
export function parseTokenRequest(received: Received, endpoint: Endpoint): Outcome<TokenRequest> {
  const parsed = parseForm(received);
  if (!parsed.ok) return parsed;
  const form = parsed.value;

  const asked = checkRequestKind(form, endpoint, publicUrlOf(received, endpoint));
  if (!asked.ok) return asked;
  const subject = parseToken(form, 'subject_token', 'subject_token_type', [ID_TOKEN, ACCESS_TOKEN]);
  if (!subject.ok) return subject;
  const actor =
    endpoint === 'enroll'
      ? allow({ token: '', type: JWT })
      : parseToken(form, 'actor_token', 'actor_token_type', [JWT]);
  if (!actor.ok) return actor;
  const binding = parseOptionalBinding(form);
  if (!binding.ok) return binding;
  const details = endpoint === 'token' ? parseRequiredDetails(form) : allow(null);
  if (!details.ok) return details;

  return allow({
    subject_token: subject.value.token,
    subject_token_type: subject.value.type,
    actor_token: actor.value.token,
    binding: binding.value,
    details: details.value,
  });
}

/** The called URL is configured as `<public URL>/<endpoint>`; anything else is our own mistake. */
function publicUrlOf(received: Received, endpoint: Endpoint): string {
  const path = `/${endpoint}`;
  if (!received.url.endsWith(path)) throw new Fault('misconfigured');
  return received.url.slice(0, -path.length);
}

function checkRequestKind(form: Form, endpoint: Endpoint, publicUrl: string): Outcome<null> {
  const grantType = form.get('grant_type');
  // An enrolment is no grant, so it names none.
  if (grantType === undefined && endpoint !== 'enroll') return malformed('grant_type', 'missing');
  if ((grantType ?? TOKEN_EXCHANGE) !== TOKEN_EXCHANGE) return refuse({ reason: 'grant_type_unsupported' });
  if (form.has('scope')) return refuse({ reason: 'scope_unsupported' });
  for (const parameter of ['audience', 'resource'] as const) {
    if ((form.get(parameter) ?? publicUrl) !== publicUrl) {
      return refuse({ reason: 'target_foreign', parameter });
    }
  }
  if ((form.get('requested_token_type') ?? AWS_CREDENTIALS) !== AWS_CREDENTIALS) {
    return malformed('requested_token_type', 'not a type that is issued here');
  }
  return allow(null);
}

function parseToken(
  form: Form,
  parameter: 'subject_token' | 'actor_token',
  typeParameter: 'subject_token_type' | 'actor_token_type',
  types: readonly string[],
): Outcome<{ readonly token: string; readonly type: string }> {
  const token = form.get(parameter);
  if (token === undefined) return malformed(parameter, 'missing');
  const type = form.get(typeParameter);
  if (type === undefined) return malformed(typeParameter, 'missing');
  if (!types.includes(type)) return malformed(typeParameter, 'not a type that is accepted here');
  return allow({ token, type });
}

function parseOptionalBinding(form: Form): Outcome<BindingParameter | null> {
  const binding = form.get('binding');
  return binding === undefined ? allow(null) : parseBinding(binding);
}

function parseRequiredDetails(form: Form): Outcome<Details> {
  const details = form.get('authorization_details');
  return details === undefined ? malformed('authorization_details', 'missing') : parseDetails(details);
}
