/** What the broker's answers say to the prober: from a closed set of words, whatever stands in them. */
import type { Credential } from '../ports.ts';
import { REFUSALS, type Reason } from '../refusals.ts';
import { WRIT_ID } from '../writ-id.ts';
import type { ProbeAnswer } from './ports.ts';
import type { StepResult } from './result.ts';

export interface NotGiven {
  readonly result: StepResult;
  readonly reason: Reason | null;
}

export function readSession(
  answer: ProbeAnswer | null,
): { readonly writ: string; readonly credential: Credential } | NotGiven {
  if (answer?.status !== 200) return notGiven(answer);
  const { writ, access_token } = answer.body;
  const credential = typeof access_token === 'string' ? credentialIn(access_token) : null;
  const isWrit = typeof writ === 'string' && WRIT_ID.test(writ);
  return isWrit && credential !== null ? { writ, credential } : { result: 'malformed', reason: null };
}

function credentialIn(accessToken: string): Credential | null {
  try {
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(
      Buffer.from(accessToken, 'base64url').toString('utf8'),
    );
    const isWhole = [AccessKeyId, SecretAccessKey, SessionToken].every(
      (one) => typeof one === 'string' && one,
    );
    return isWhole ? { AccessKeyId, SecretAccessKey, SessionToken } : null;
  } catch {
    return null;
  }
}

/** Why there is not what was asked for. */
export function notGiven(answer: ProbeAnswer | null): NotGiven {
  if (answer === null) return { result: 'unanswered', reason: null };
  const { reason_code } = answer.body;
  const isOurs = typeof reason_code === 'string' && Object.hasOwn(REFUSALS, reason_code);
  return {
    result: answer.status >= 500 ? 'fault' : answer.status >= 400 ? 'refused' : 'malformed',
    reason: isOurs ? (reason_code as Reason) : null,
  };
}

/** @param expected - Whether the body of a 400 is the one that it must be. */
export function refusedFor(
  answer: ProbeAnswer | null,
  expected: (body: ProbeAnswer['body']) => boolean,
): StepResult {
  if (answer === null) return 'unanswered';
  if (answer.status >= 500) return 'fault';
  if (answer.status < 400) return 'let_through';
  return answer.status === 400 && expected(answer.body) ? 'ok' : 'another_reason';
}
