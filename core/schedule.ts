/**
 * Reads the ledger's stream: each issued writ gets a schedule that closes it at its deadline. Delivered twice, or from
 * the stream's start, it comes to the same: a schedule has the writ's name, and an end is written once.
 */
import { batchesOf } from './batches.ts';
import { type ClosePorts, close } from './close.ts';
import { Fault, type FaultCode } from './fault.ts';
import { dueIndex, OUTCOME } from './ledger/keys.ts';
import { recordIn } from './ledger/read-item.ts';
import type { Issued } from './ledger/records.ts';
import { DENY_KEPT_SECONDS, SCHEDULE_AHEAD_SECONDS, SCHEDULE_AT_ONCE } from './limits.ts';
import type { Clock, LedgerItem } from './ports.ts';

/** One change of the ledger, as its stream tells it. */
export interface Change {
  /** Its name in the stream: what is reported where it failed. */
  readonly sequence: string;
  /** Any but `INSERT` is what nobody may do to the ledger. */
  readonly kind: string;
  /** What stands there now; `null` where nothing does, or what does has not the ledger's attributes. */
  readonly item: LedgerItem | null;
  readonly sk: string;
}

/**
 * Makes a one-time schedule of this name that closes the writ, unless there is one of this name.
 *
 * @param at - NumericDate, some seconds ahead.
 * @throws Fault `scheduler_unavailable`.
 */
export type ScheduleClose = (writ: string, at: number) => Promise<void>;

export type SchedulePorts = ClosePorts & { readonly clock: Clock; readonly scheduleClose: ScheduleClose };

export interface Scheduled {
  readonly scheduled: number;
  /** Their deadline had passed: closed here and now. */
  readonly closed: number;
  /** To be delivered again, alone, and at last to the failure queue. None stops another. */
  readonly failed: readonly {
    readonly sequence: string;
    readonly fault: FaultCode | 'poison' | 'unexpected';
  }[];
}

/** @returns Never throws: what failed is named, one by one. */
export async function schedule(changes: readonly Change[], ports: SchedulePorts): Promise<Scheduled> {
  const outcomes = changes.filter(({ kind, sk }) => kind === 'INSERT' && sk === OUTCOME);
  const ends: Awaited<ReturnType<typeof scheduleOne>>[] = [];
  for (const some of batchesOf(outcomes, SCHEDULE_AT_ONCE)) {
    ends.push(...(await Promise.all(some.map((change) => scheduleOne(change, ports)))));
  }
  return {
    scheduled: ends.filter((end) => end === 'scheduled').length,
    closed: ends.filter((end) => end === 'closed').length,
    failed: ends.filter((end) => typeof end === 'object'),
  };
}

async function scheduleOne(
  { item, sequence }: Change,
  ports: SchedulePorts,
): Promise<'scheduled' | 'closed' | 'nothing' | Scheduled['failed'][number]> {
  const due = item === null ? 'poison' : dueOf(item);
  if (due === 'poison') return { sequence, fault: 'poison' };
  if (due === 'nothing') return 'nothing';
  try {
    const now = Math.floor(ports.clock() / 1000);
    if (due.deadline > now) {
      await ports.scheduleClose(due.writ, Math.max(due.deadline, now + SCHEDULE_AHEAD_SECONDS));
      return 'scheduled';
    }
    const { state } = await close(due.writ, ports, now);
    return state === 'unreadable' ? { sequence, fault: 'poison' } : 'closed';
  } catch (error) {
    return { sequence, fault: error instanceof Fault ? error.code : 'unexpected' };
  }
}

/**
 * The outcome has no deadline, its place in the index is the deadline: so no read is needed. What is no outcome, or
 * says another time than a session of its kind can have, is poison: nobody of ours wrote it.
 */
function dueOf(
  item: LedgerItem,
): { readonly writ: string; readonly deadline: number } | 'nothing' | 'poison' {
  const record = recordIn(item);
  if (record?.type !== 'outcome') return 'poison';
  if (record.outcome !== 'issued') return 'nothing';
  const deadline = deadlineOf(item, record);
  return deadline === null ? 'poison' : { writ: record.writ, deadline };
}

/** NumericDate; `null`: not where `issuedItem` puts it, or behind STS's own end of the session, whose clock is another. */
function deadlineOf({ due, dueAt }: LedgerItem, { writ, expiration }: Issued): number | null {
  const deadline = Date.parse(dueAt?.slice(0, -`#${writ}`.length) ?? '') / 1000;
  if (!Number.isSafeInteger(deadline) || deadline < 0 || deadline > expiration + DENY_KEPT_SECONDS)
    return null;
  const place = dueIndex(deadline, writ);
  return place.due === due && place.dueAt === dueAt ? deadline : null;
}
