import * as z from 'zod/mini';
import { REFUSALS, type Reason, type Remedy } from '../core/refusals.ts';
import { type ExitCode, Failure } from './failure.ts';
import { parseJson } from './json.ts';

const CODE = z.string().check(z.regex(/^(?:[a-z][a-z0-9_]{0,63})$/));

/** RFC 6749 §5.2 with our three additions; whatever does not fit its pattern is dropped, not shown. */
const BODY = z.object({
  error: CODE,
  reason_code: z.catch(z.optional(CODE), undefined),
  remedy: z.catch(z.optional(z.enum(['login', 'step_up', 'enroll', 'shorten', 'ask'])), undefined),
  writ: z.catch(z.optional(z.string().check(z.regex(/^(?:[0-9a-hjkmnp-tv-z]{16})$/))), undefined),
});

/** The `error` member of an OAuth error body, or null. */
export const errorCodeOf = (text: string): string | null => parseJson(text, BODY)?.error ?? null;

/** What to do, by the broker's word. The profile's commands add their own flags. */
export const nextStep = (remedy: Remedy, profile = '<profile>'): string => {
  switch (remedy) {
    case 'login':
      return `writ login --profile ${profile}`;
    case 'step_up':
      return `Sign in again with a stronger method: writ login --profile ${profile}`;
    case 'enroll':
      return `writ enroll --profile ${profile}`;
    case 'shorten':
      return 'Ask for less time: --duration with fewer seconds.';
    case 'ask':
      return 'Ask whoever looks after the broker; name the writ, or the time if there is none.';
  }
};

/** An answer that is not 200, as a failure. The body's own prose is not repeated: it comes from outside. */
export function brokerFailure(status: number, text: string): Failure {
  const body = parseJson(text, BODY);
  if (status >= 500 || status === 429 || body === null) {
    return new Failure({
      exit: 4,
      error: body?.error ?? 'broker_unavailable',
      what: 'The broker could not answer.',
      why: `It answered with status ${status}.`,
      next: 'Try again in a moment.',
      writ: body?.writ,
    });
  }
  return new Failure({
    exit: exitOf(body.reason_code),
    error: body.error,
    what: 'The broker refused.',
    why: sentence(body.reason_code ?? body.error),
    next: body.remedy === undefined ? undefined : nextStep(body.remedy),
    reason_code: body.reason_code,
    remedy: body.remedy,
    writ: body.writ,
  });
}

const exitOf = (reason: string | undefined): ExitCode =>
  reason !== undefined && Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason as Reason].exit : 2;

const sentence = (code: string): string =>
  `${code.charAt(0).toUpperCase()}${code.slice(1).replaceAll('_', ' ')}.`;
