import type { Answer as CoreAnswer } from '../../core/answer.ts';
import type { Clock, NonceKeys } from '../../core/ports.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { type Answer, okAnswer } from './answer.ts';
import { logDone, logRefusal } from './log.ts';
import { refusalAnswer } from './refusal-answer.ts';

/**
 * From core's answer to the wire's: one log line, one count, and a fresh server nonce on every answer, so that the
 * next request need not be refused to learn one (RFC 9449 §8.2).
 */
export async function respond<T>(
  endpoint: string,
  answer: CoreAnswer<T>,
  ports: { readonly nonceKeys: NonceKeys; readonly clock: Clock },
  body: (value: T) => Answer['body'] & { readonly writ?: string },
): Promise<Answer> {
  const nonce = makeNonce(await ports.nonceKeys(), Math.floor(ports.clock() / 1000));
  if (!answer.ok) {
    const { refusal, writ } = answer;
    logRefusal({ endpoint, reason: refusal.reason, writ });
    return refusalAnswer(refusal, { writ, counted: writ !== null }, nonce);
  }
  const said = body(answer.value);
  logDone(endpoint, said.writ ?? null);
  return okAnswer(said, nonce);
}
