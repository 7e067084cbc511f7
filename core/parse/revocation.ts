import { MAX_REASON_CHARS, MAX_REQUEST_ID_CHARS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import { parseSubject } from '../parse.ts';
import type { Received, SubjectRequest } from '../request.ts';
import { namesOneSession, REVOCABLE, type Revocable } from '../revocation/ports.ts';
import { isIdentityTag, isTagValue } from '../session/encode.ts';
import { WRIT_ID } from '../writ-id.ts';
import { type Form, type Parameter, parseForm } from './form.ts';
import { textProblem } from './text.ts';

export const MODES = ['end', 'block', 'lift'] as const;
/** `end` live sessions; `block` new ones as well; `lift`: no longer block. */
export type Mode = (typeof MODES)[number];

/** The form of `POST /revoke`, its shape checked and nothing verified (RFC 7009 §2.1). */
export interface RevocationRequest {
  readonly kind: Revocable;
  /** A writ's or key's id, an agent's or permission's name, a role's ARN, `*` for all; the rest as in the tag. */
  readonly value: string;
  readonly mode: Mode;
  /** Words of whoever asks. */
  readonly reason: string;
  readonly request_id: string;
  /** `null`: no user's token is shown. */
  readonly subject: SubjectRequest | null;
}

/** Of the caller's own making. */
export const REQUEST_ID = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_REQUEST_ID_CHARS}}$`);
/** As AWS makes them for temporary credentials. */
const ACCESS_KEY_ID = /^ASIA[A-Z0-9]{12,124}$/;
/** Agents and permissions, as their files are called. */
const NAME = /^[a-z][a-z0-9-]{0,46}$/;
const ROLE_ARN = /^arn:aws[a-z-]{0,16}:iam::\d{12}:role\/writ\/[\w.-]{1,58}$/;

/** How each kind is spelled: what no session could ever carry is not looked for. */
export const SPELLED: { readonly [K in Revocable]: (value: string) => boolean } = {
  writ: (value) => WRIT_ID.test(value),
  access_key: (value) => ACCESS_KEY_ID.test(value),
  user: isIdentityTag,
  device: isIdentityTag,
  agent: (value) => NAME.test(value),
  permission: (value) => NAME.test(value),
  task: isTagValue,
  role: (value) => ROLE_ARN.test(value),
  all: (value) => value === '*',
};

const malformed = (parameter: Parameter, problem: string) =>
  refuse({ reason: 'request_malformed', parameter, problem });

/**
 * Reads the form of `POST /revoke`. Beyond RFC 7009 it demands `reason` and `request_id`: an early end is somebody's act,
 * which leaves a record, and asking again must not be another one.
 */
export function parseRevocation(received: Received): Outcome<RevocationRequest> {
  const parsed = parseForm(received);
  if (!parsed.ok) return parsed;
  const form = parsed.value;
  const named = parseNamed(form);
  if (!named.ok) return named;
  const mode = parseMode(form, named.value.kind);
  if (!mode.ok) return mode;
  const reason = form.get('reason');
  if (reason === undefined) return malformed('reason', 'missing');
  const problem = textProblem(reason, MAX_REASON_CHARS);
  if (problem !== null) return malformed('reason', problem);
  const request_id = form.get('request_id');
  if (request_id === undefined) return malformed('request_id', 'missing');
  if (!REQUEST_ID.test(request_id)) return malformed('request_id', 'not 1 to 64 of letters, digits, _ and -');
  const subject = form.has('subject_token') ? parseSubject(form) : allow(null);
  if (!subject.ok) return subject;
  return allow({ ...named.value, mode: mode.value, reason, request_id, subject: subject.value });
}

/** A plain RFC 7009 client has no hint for us: then only what names one session can be meant. */
function parseNamed(form: Form): Outcome<{ readonly kind: Revocable; readonly value: string }> {
  const value = form.get('token');
  if (value === undefined) return malformed('token', 'missing');
  const hint = form.get('token_type_hint') ?? (ACCESS_KEY_ID.test(value) ? 'access_key' : 'writ');
  const kind = REVOCABLE.find((each) => each === hint);
  if (kind === undefined) return refuse({ reason: 'kind_unsupported' });
  return SPELLED[kind](value) ? allow({ kind, value }) : malformed('token', 'not spelled as its kind is');
}

function parseMode(form: Form, kind: Revocable): Outcome<Mode> {
  const given = form.get('mode') ?? 'end';
  const mode = MODES.find((each) => each === given);
  if (mode === undefined) return malformed('mode', 'not end, block or lift');
  return mode === 'lift' && namesOneSession(kind)
    ? malformed('mode', 'what has ended does not begin again')
    : allow(mode);
}
