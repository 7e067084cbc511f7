import { MAX_BODY_BYTES } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Received } from '../request.ts';

/** The parameters that mean something here. All others are ignored (RFC 6749 §3.2), and never named in a refusal. */
export const PARAMETERS = [
  'grant_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'authorization_details',
  'binding',
  'token',
  'token_type_hint',
  'mode',
  'reason',
  'request_id',
  'user',
  'device',
  'agent',
  'task',
  'permission',
  'account',
  'page',
  'scope',
  'audience',
  'resource',
] as const;

export type Parameter = (typeof PARAMETERS)[number];

/** Parameters that are present; an empty value counts as absent (RFC 6749 §3.2). */
export type Form = ReadonlyMap<Parameter, string>;

const FORM_TYPE = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

/**
 * Reads `application/x-www-form-urlencoded` strictly: ASCII, whole escapes, UTF-8 inside them, no name twice
 * (RFC 6749 §3.2). Lenient readers differ in which of two values they take, or in what a broken escape means.
 */
export function parseForm(received: Received): Outcome<Form> {
  const { body } = received;
  if (body.length > MAX_BODY_BYTES || Buffer.byteLength(body) > MAX_BODY_BYTES) {
    return refuse({ reason: 'request_too_large', limit: MAX_BODY_BYTES });
  }
  const types = received.headers['content-type'] ?? [];
  if (types.length !== 1 || !FORM_TYPE.test(types[0] ?? '')) return refuse({ reason: 'request_not_form' });

  const seen = new Set<string>();
  const form = new Map<Parameter, string>();
  for (const pair of body.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const known = PARAMETERS.find((parameter) => parameter === name);
    const called = known ?? '(unknown)';
    if (name === null || value === null) {
      return refuse({ reason: 'request_malformed', parameter: called, problem: 'not form-encoded UTF-8' });
    }
    if (seen.has(name)) return refuse({ reason: 'parameter_repeated', parameter: called });
    seen.add(name);
    if (known !== undefined && value !== '') form.set(known, value);
  }
  return allow(form);
}

const ENCODED = /^[\x21-\x7e]*$/;

/** `decodeURIComponent` refuses overlong UTF-8, surrogates and half escapes. */
function decode(text: string): string | null {
  if (!ENCODED.test(text)) return null;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
