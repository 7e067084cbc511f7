import { Failure, printable } from '../failure.ts';
import { Unreconciled } from './gather.ts';
import { JobFailed } from './pool.ts';

/** A run of which nothing can be said. */
export function engineFailure(caught: unknown): unknown {
  if (caught instanceof Unreconciled) {
    return new Failure({
      exit: 4,
      error: 'counts_do_not_reconcile',
      what: 'The audit was given up: its own counts contradict each other.',
      why: caught.message,
      next: 'A defect of writ itself: please report it.',
    });
  }
  if (!(caught instanceof JobFailed)) return caught;
  return new Failure({
    exit: 4,
    error: 'audit_failed',
    what: 'The audit was given up: a part of the trail could not be taken in.',
    why: `A thread ended (${printable(caught.code)}).`,
    next:
      caught.code === 'ENOSPC'
        ? 'Set TMPDIR to a folder on a larger disk.'
        : 'Try fewer files at once; --from and --to do not make it smaller.',
  });
}
