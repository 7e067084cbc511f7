/**
 * All that a function says about itself: one line and one count per exit, from closed sets of words.
 *
 * No event, header, body, claim or caught message ever gets here, so none can get out. Powertools would log whole
 * events only through its own middleware, which we do not use.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { className, Fault } from '../../core/fault.ts';
import type { Reason } from '../../core/refusals.ts';
import type { Swept } from '../../core/sweep.ts';
import { WRIT_ID } from '../../core/writ-id.ts';
import { countExit, countSwept } from './metrics.ts';

const logger = new Logger({ serviceName: 'writ' });

export interface RefusalLine {
  readonly endpoint: string;
  readonly reason: Reason;
  /** The record it left, where there is one. */
  readonly writ: string | null;
}

/** A refusal is not an error of ours: level INFO. */
export function logRefusal(line: RefusalLine): void {
  logger.info('refused', { endpoint: line.endpoint, reason_code: line.reason, ...named(line.writ) });
  countExit(line.endpoint, 'refused', line.reason);
}

/** The request was answered as asked; `writ` where one was issued. */
export function logDone(endpoint: string, writ: string | null): void {
  logger.info('done', { endpoint, ...named(writ) });
  countExit(endpoint, 'done', 'none');
}

/** Something of ours did not work: our own code, and the class of what was caught. */
export function logFault(error: unknown, endpoint: string): void {
  const code = error instanceof Fault ? error.code : 'unexpected';
  const cause = causeOf(error);
  logger.error('fault', { endpoint, code, ...(cause === undefined ? {} : { cause }) });
  countExit(endpoint, 'fault', code);
}

/** What a sweep closed: an orphan is a mint that never ended, an unreadable intent is nobody's work of ours. */
export function logSwept(swept: Swept): void {
  logger.info('swept', { ...swept });
  countSwept(swept);
}

/** One change of the ledger, as its stream tells it: the keys are ours, the body is not looked at. */
export function logRecord(change: string, pk: string, sk: string): void {
  logger.info('record', { change, pk, sk });
}

const named = (writ: string | null) => (writ !== null && WRIT_ID.test(writ) ? { writ } : {});

function causeOf(error: unknown): string | undefined {
  if (error instanceof Fault) return error.causeName;
  return error instanceof Error ? className(error) : typeof error;
}
