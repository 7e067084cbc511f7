import type { LogFacts, LogFlaw } from '../audit/evidence.ts';
import type { Checking } from './checking.ts';
import { openCheckpoint } from './checkpoint.ts';
import { type LeafCounts, tally } from './leaf-counts.ts';
import { CHECKPOINT_FLAWS, type OpenLog, openLog } from './load.ts';
import type { LogFolder } from './ports.ts';
import type { VerifierKey } from './verifier-key.ts';
import { headFlaw } from './verify-head.ts';
import { verifyKept } from './verify-kept.ts';
import { verifyLogReceipt } from './verify-log-receipt.ts';
import { verifyPartials } from './verify-partials.ts';
import { verifySegments } from './verify-segments.ts';

/** What is verified, in this order; a report has one line for each. */
export type CheckName = 'signature' | 'tree' | 'partials' | 'segments' | 'checkpoints' | 'since' | 'receipt';

export interface Check {
  readonly name: CheckName;
  readonly holds: boolean;
  /** How many of its kind were looked at: leaves, segments, checkpoints… */
  readonly checked: number;
  readonly flaws: readonly LogFlaw[];
}

export interface Verification {
  readonly holds: boolean;
  readonly log: Omit<LogFacts, 'flaws'>;
  readonly checks: readonly Check[];
  readonly counts: LeafCounts;
}

export interface Asked {
  /** A checkpoint of before, as it was signed: the log must begin with its tree. */
  readonly since?: Uint8Array;
  /** A tlog-proof: its leaf must be where it says, and its tree the log's. */
  readonly receipt?: Uint8Array;
  readonly progress?: Progress;
}

/** @param total - How many there will be. */
export type Progress = (of: CheckName, done: number, total: number) => void;

/**
 * Verifies all of a log that lies in a folder or bucket. Every object is read; nothing is believed but the key.
 *
 * @param key - The log's, from somewhere else than the log.
 * @throws Fault `evidence_unavailable` where it cannot be read, or has no checkpoint.
 */
export async function verifyLog(
  folder: LogFolder,
  key: VerifierKey,
  asked: Asked = {},
): Promise<Verification> {
  // Listed before the newest is read: one that is published in between is newer than all of these.
  const kept = await folder.list('checkpoints/');
  const log = await openLog(folder, key);
  const checks: Check[] = [judged('signature', 1, log, 0)];
  const counts = tally();
  if (log.checkpoint === null) return told(log, checks, counts.counts());

  const run = async (name: CheckName, check: (checking: Checking) => Promise<number>): Promise<void> => {
    const before = log.told();
    const progress = (done: number, total: number) => asked.progress?.(name, done, total);
    const checked = await check({ folder, log, key, progress });
    checks.push(judged(name, checked, log, before));
  };
  const { since, receipt } = asked;
  await run('tree', (checking) => readAll(checking, counts.add));
  await run('partials', verifyPartials);
  await run('segments', verifySegments);
  await run('checkpoints', (checking) => verifyKept(kept, checking));
  if (since !== undefined) await run('since', (checking) => verifySince(since, checking));
  if (receipt !== undefined) await run('receipt', (checking) => verifyLogReceipt(receipt, checking));
  return told(log, checks, counts.counts());
}

async function readAll({ log, progress }: Checking, add: ReturnType<typeof tally>['add']): Promise<number> {
  const size = log.checkpoint?.size ?? 0;
  let read = 0;
  for await (const leaf of log.leaves()) {
    add(leaf);
    read++;
    if (read % 256 === 0 || read === size) progress(read, size);
  }
  return read;
}

async function verifySince(since: Uint8Array, { log, key }: Checking): Promise<number> {
  const opened = openCheckpoint(since, key);
  const flaw = 'flaw' in opened ? CHECKPOINT_FLAWS[opened.flaw] : await headFlaw(opened.checkpoint, log);
  if (flaw !== null) log.tell({ where: 'the earlier checkpoint', flaw });
  return 1;
}

function judged(name: CheckName, checked: number, log: OpenLog, before: number): Check {
  return { name, checked, holds: log.told() === before, flaws: log.facts().flaws.slice(before) };
}

function told(log: OpenLog, checks: readonly Check[], counts: LeafCounts): Verification {
  const { flaws: _, ...facts } = log.facts();
  return { holds: checks.every(({ holds }) => holds), log: facts, checks, counts };
}
