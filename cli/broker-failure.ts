import * as z from 'zod/mini';
import { REFUSALS, REMEDIES, type Reason } from '../core/refusals.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { Failure, type FailureFields } from './failure.ts';
import { parseJson } from './json.ts';

const CODE = z.string().check(z.regex(/^(?:[a-z][a-z0-9_]{0,63})$/));

/** RFC 6749 §5.2 with our three additions; whatever does not fit its pattern is dropped, not shown. */
const BODY = z.object({
  error: CODE,
  reason_code: z.catch(z.optional(CODE), undefined),
  remedy: z.catch(z.optional(z.enum(REMEDIES)), undefined),
  writ: z.catch(z.optional(z.string().check(z.regex(WRIT_ID))), undefined),
});

const DETAILS_ERROR = 'invalid_authorization_details';
const LATER = 'Try again; if it lasts, ask whoever looks after the broker.';

/** The `error` member of an OAuth error body, or null. */
export const errorCodeOf = (text: string): string | null => parseJson(text, BODY)?.error ?? null;

/** An answer that is not 200, as a failure. The body's own prose is not repeated: it comes from outside. */
export function brokerFailure(status: number, text: string): Failure {
  const body = parseJson(text, BODY);
  if (status >= 500 || status === 429 || body === null) {
    return new Failure({
      exit: 4,
      error: body?.error ?? 'broker_unavailable',
      what: 'The broker could not answer.',
      why: `It answered with status ${status}.`,
      next: LATER,
      writ: body?.writ,
    });
  }
  const { error, reason_code, remedy, writ } = body;
  const row = rowOf(reason_code);
  return new Failure({
    exit: row?.exit ?? (error === DETAILS_ERROR ? REFUSALS.details_malformed.exit : 2),
    error,
    what: 'The broker refused.',
    why: row?.says ?? withoutReason(error, reason_code),
    reason_code,
    remedy,
    writ,
  });
}

/** A 200 whose body is not what was promised. @param what - One sentence: what did not happen. */
export const answerMalformed = (what: string): Failure =>
  new Failure({
    exit: 4,
    error: 'answer_malformed',
    what,
    why: 'Its answer is not of the expected form.',
    next: LATER,
  });

/** Runs a request to the broker; what it refuses is told with a next step, for this profile. */
export async function forProfile<T>(profile: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (caught) {
    if (!(caught instanceof Failure) || caught.fields.next !== undefined) throw caught;
    throw new Failure({ ...caught.fields, next: nextStep(caught.fields, profile) });
  }
}

/** A newer broker may have reasons that this command does not know. */
const rowOf = (reason: string | undefined) =>
  reason !== undefined && Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason as Reason] : undefined;

/** A broker tells a stranger no reason, and a user whose sign-in it cannot verify is one. */
function withoutReason(error: string, reason: string | undefined): string {
  if (reason !== undefined) return inWords(reason);
  if (error === DETAILS_ERROR) return REFUSALS.details_malformed.says;
  return `${inWords(error)} It tells its reasons only to those whose sign-in it could verify.`;
}

const inWords = (code: string): string =>
  `${code.charAt(0).toUpperCase()}${code.slice(1).replaceAll('_', ' ')}.`;

function nextStep({ error, reason_code, remedy }: FailureFields, profile: string): string {
  switch (remedy) {
    case 'login':
      // An identity provider that remembers the user would answer with the same old sign-in.
      return `writ login --profile ${profile}${reason_code === 'subject_sign_in_too_old' ? ' --fresh' : ''}`;
    case 'step_up':
      return `writ login --profile ${profile} --fresh (with a stronger method, where you have one)`;
    case 'enroll':
      return `writ enroll --profile ${profile}`;
    case 'shorten':
      return 'Ask for less time: --duration with fewer seconds.';
    case 'ask':
      return WHOM[reason_code ?? ''] ?? 'Ask an admin of the broker, and name the writ.';
    case undefined:
      if (reason_code === 'parameter_invalid') return 'Correct --parameter; an admin knows what fits.';
      if (error === DETAILS_ERROR)
        return 'Correct the flags that say what is wanted: writ credentials --help';
      // Its issuer may have new keys, or the broker may be another one by now.
      if (reason_code === undefined) return `If this lasts, sign in again: writ login --profile ${profile}`;
      return 'Try again; if it lasts, ask an admin of the broker, and name the writ.';
  }
}

/** Who can help where no program can, and with what. */
const WHOM: { readonly [reason: string]: string } = {
  actor_unknown: 'Check --agent, or ask an admin to register the agent.',
  actor_expired: "Ask the agent's owner to register it anew.",
  actor_review_overdue: "Ask the agent's owner to review it.",
  actor_not_for_subject: "Ask the agent's owner to register it for you.",
  permission_unknown: 'Check --permission, or ask an admin which there are.',
  account_unknown: 'Check --account, or ask an admin where the permission can be had.',
  policy_denied: 'Ask an admin, and name the writ: its record says which rules decided.',
  revoked: 'Ask whoever revoked it, and name the writ: its record says what was revoked.',
} satisfies { readonly [R in Reason]?: string };
