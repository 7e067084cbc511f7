import type { Answer as CoreAnswer } from '../../core/answer.ts';
import type { Clock, NonceKeys } from '../../core/ports.ts';
import type { Received } from '../../core/request.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { type Answer, okAnswer } from './answer.ts';
import { logDone, logRefusal } from './log.ts';
import { refusalAnswer } from './refusal-answer.ts';

/**
 * From core's answer to the wire's: one log line, one count, and a fresh server nonce on every answer, so that the
 * next request need not be refused to learn one (RFC 9449 §8.2).
 *
 * @param ports.nonceKeys - `null`: a caller who signs otherwise makes no proof, and waits for no key of ours.
 */
export async function respond<T>(
  endpoint: string,
  answer: CoreAnswer<T>,
  ports: { readonly nonceKeys: NonceKeys | null; readonly clock: Clock },
  body: (value: T) => Answer['body'] & { readonly writ?: string },
): Promise<Answer> {
  const { nonceKeys, clock } = ports;
  const nonce = nonceKeys === null ? null : makeNonce(await nonceKeys(), Math.floor(clock() / 1000));
  if (!answer.ok) {
    const { refusal, writ } = answer;
    logRefusal({ endpoint, reason: refusal.reason, writ });
    return refusalAnswer(refusal, { writ, counted: writ !== null }, nonce);
  }
  const said = body(answer.value);
  logDone(endpoint, said.writ ?? null);
  return okAnswer(said, nonce);
}

/** Who signs for AWS makes no proof, and must be answered also where the nonce's keys cannot be read. */
export const noncesFor = (
  { caller }: Pick<Received, 'caller'>,
  { clock, nonceKeys }: { readonly nonceKeys: NonceKeys; readonly clock: Clock },
): Parameters<typeof respond>[2] => ({ clock, nonceKeys: caller === undefined ? nonceKeys : null });
