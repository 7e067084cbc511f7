/**
 * All that a function says about itself: one line and one count per exit, from closed sets of words.
 *
 * No event, header, body, claim or caught message ever gets here, so none can get out.
 */

import type { GapsFound } from '../../core/archive/gaps.ts';
import type { Archived } from '../../core/archive.ts';
import type { Closing } from '../../core/close.ts';
import { className, Fault } from '../../core/fault.ts';
import type { Probed } from '../../core/probe/result.ts';
import type { Reconciled } from '../../core/reconcile.ts';
import type { Reason } from '../../core/refusals.ts';
import type { Revocation } from '../../core/revoke.ts';
import type { Scheduled } from '../../core/schedule.ts';
import type { Swept } from '../../core/sweep.ts';
import { WRIT_ID } from '../../core/writ-id.ts';
import { writeLine } from './line.ts';
import {
  countArchived,
  countExit,
  countGaps,
  countLag,
  countProbed,
  countReconciled,
  countScheduled,
  countSwept,
  countUnreadable,
} from './metrics.ts';

export interface RefusalLine {
  readonly endpoint: string;
  readonly reason: Reason;
  /** The record it left, where there is one. */
  readonly writ: string | null;
}

/** A refusal is not an error of ours: level INFO. */
export function logRefusal(line: RefusalLine): void {
  info('refused', { endpoint: line.endpoint, reason_code: line.reason, ...named(line.writ) });
  countExit(line.endpoint, 'refused', line.reason);
}

/** The request was answered as asked; `writ` where one was issued. */
export function logDone(endpoint: string, writ: string | null): void {
  info('done', { endpoint, ...named(writ) });
  countExit(endpoint, 'done', 'none');
}

/** Something of ours did not work: our own code, and the class of what was caught. */
export function logFault(error: unknown, endpoint: string): void {
  const code = error instanceof Fault ? error.code : 'unexpected';
  const cause = causeOf(error);
  say('ERROR', 'fault', { endpoint, code, ...(cause === undefined ? {} : { cause }) });
  countExit(endpoint, 'fault', code);
}

/** What a sweep repaired: an orphan is a mint that never ended, a close a schedule that was lost; and what no one here wrote. */
export function logSwept(swept: Swept): void {
  info('swept', { ...swept });
  countSwept(swept);
}

/** What a batch of the stream led to; each record that failed by its name in the stream, and why. */
export function logScheduled({ scheduled, closed, failed }: Scheduled): void {
  if (scheduled + closed > 0) info('scheduled', { scheduled, closed });
  for (const { sequence, fault } of failed) say('ERROR', 'not_scheduled', { sequence, fault });
  countScheduled(failed.length);
}

/** What a schedule that fired has come to. */
export function logClosed(writ: string, state: Closing['state']): void {
  info('closed', { ...named(writ), state });
  if (state === 'unreadable') countUnreadable();
}

/** What became of a revocation: its id, or why there is none. What was named to be ended stands in the ledger. */
export function logRevocation(revoked: Revocation): void {
  if (revoked.revocation === null) info('revocation_refused', { why: revoked.why });
  else info('revocation', { revocation: revoked.revocation, ended: revoked.ended, woken: revoked.woken });
}

/** What was done in an account, and each thing that somebody else had done to its deny policy: names of ours alone. */
export function logReconciled({ drift, fault, ...done }: Reconciled): void {
  info('reconciled', done);
  for (const what of drift) say('ERROR', 'drift', { account: done.account, what });
  countReconciled({ ...done, drift });
  if (fault !== null) logFault(fault, 'reconcile');
}

/** What a probe found, step by step. @param startedAt - Milliseconds since 1970: the minute that it speaks for. */
export function logProbed({ steps, writ, reason, refusedAfterMillis }: Probed, startedAt: number): void {
  const why = reason === null ? {} : { reason_code: reason };
  info('probed', { ...steps, ...named(writ), ...why, refusedAfterMillis });
  countProbed({ steps, refusedAfterMillis }, startedAt);
}

/** One change of the ledger, as its stream tells it: the keys are ours, the body is not looked at. */
export function logRecord(change: string, pk: string, sk: string): void {
  info('record', { change, pk, sk });
}

/** What a batch of the stream became in the evidence log. */
export function logArchived(archived: Archived): void {
  const { added, tampered } = archived;
  if (added + tampered > 0) say(tampered > 0 ? 'ERROR' : 'INFO', 'archived', { ...archived });
  countArchived(archived);
}

/** How far behind the evidence log is, seconds. */
export function logMark({ lag, filled }: { readonly lag: number; readonly filled: number }): void {
  say(filled > 0 ? 'ERROR' : 'INFO', 'mark', { lag, filled });
  countLag(lag);
  if (filled > 0) countGaps({ filled, tampered: 0 });
}

/** What a gap sweep looked at and found. */
export function logGaps(found: GapsFound): void {
  say(found.filled + found.tampered > 0 ? 'ERROR' : 'INFO', 'gaps', { ...found });
  countGaps(found);
}

const info = (message: string, fields: object): void => say('INFO', message, fields);

function say(level: 'INFO' | 'ERROR', message: string, fields: object): void {
  writeLine({ level, message, timestamp: new Date().toISOString(), service: 'writ', ...RELEASE, ...fields });
}

/** By which of two releases, while one takes the other's place. For people: no function decides by it. */
const RELEASE = releaseOf(process.env.WRIT_RELEASE);

function releaseOf(setting: string | undefined): { readonly release?: string } {
  return setting !== undefined && /^\d[\w.+-]{0,63}$/.test(setting) ? { release: setting } : {};
}

const named = (writ: string | null) => (writ !== null && WRIT_ID.test(writ) ? { writ } : {});

function causeOf(error: unknown): string | undefined {
  if (error instanceof Fault) return error.causeName;
  return error instanceof Error ? className(error) : typeof error;
}
