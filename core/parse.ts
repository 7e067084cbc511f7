import { Fault } from './fault.ts';
import { allow, type Outcome, refuse } from './outcome.ts';
import { parseBinding } from './parse/binding.ts';
import { parseDetails } from './parse/details.ts';
import { type Form, type Parameter, parseForm } from './parse/form.ts';
import type { BindingParameter, Details, Received, SubjectRequest, TokenRequest } from './request.ts';
import { ACCESS_TOKEN, AWS_CREDENTIALS, ID_TOKEN, JWT, TOKEN_EXCHANGE } from './tokens/token-types.ts';

export type Endpoint = 'token' | 'permissions' | 'enroll';

const malformed = (parameter: Parameter, problem: string) =>
  refuse({ reason: 'request_malformed', parameter, problem });

/**
 * Reads the form of `POST /token` (RFC 8693 §2.1), or of `POST /permissions`, which is the same without details: its
 * shape, and nothing about what it says is true. What an endpoint does not take is ignored, as an unknown parameter is.
 *
 * @throws Fault `misconfigured` where another URL was called than this endpoint's.
 */
export function parseTokenRequest(
  received: Received,
  endpoint: 'token',
): Outcome<TokenRequest & { readonly details: Details }>;
export function parseTokenRequest(
  received: Received,
  endpoint: 'token' | 'permissions',
): Outcome<TokenRequest>;
export function parseTokenRequest(
  received: Received,
  endpoint: 'token' | 'permissions',
): Outcome<TokenRequest> {
  const form = openForm(received, endpoint);
  if (!form.ok) return form;
  const subject = parseSubject(form.value);
  if (!subject.ok) return subject;
  const actor = parseToken(form.value, 'actor_token', 'actor_token_type', [JWT]);
  if (!actor.ok) return actor;
  const details = endpoint === 'token' ? parseRequiredDetails(form.value) : allow(null);
  if (!details.ok) return details;
  return allow({ ...subject.value, actor_token: actor.value.token, details: details.value });
}

/** Reads the form of `POST /enroll`. As `parseTokenRequest` otherwise; an enrolment needs to name no grant type. */
export function parseSubjectRequest(received: Received): Outcome<SubjectRequest> {
  const form = openForm(received, 'enroll');
  return form.ok ? parseSubject(form.value) : form;
}

/** The parameters, where they ask for what this endpoint does. */
function openForm(received: Received, endpoint: Endpoint): Outcome<Form> {
  const form = parseForm(received);
  if (!form.ok) return form;
  const asked = checkRequestKind(form.value, endpoint, publicUrlOf(received, endpoint));
  return asked.ok ? form : asked;
}

/** On whose authority: the user's token, and what opens its nonce. Endpoints that ask for it read it alike. */
export function parseSubject(form: Form): Outcome<SubjectRequest> {
  const subject = parseToken(form, 'subject_token', 'subject_token_type', [ID_TOKEN, ACCESS_TOKEN]);
  if (!subject.ok) return subject;
  const binding = parseOptionalBinding(form);
  if (!binding.ok) return binding;
  const { token, type } = subject.value;
  return allow({ subject_token: token, subject_token_type: type, binding: binding.value });
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
