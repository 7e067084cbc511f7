/** A day of three accounts: what was recorded, what CloudTrail saw, and what is wrong with it. */
import type { LedgerRecord } from '../../../core/ledger/records.ts';
import { chance } from './chance.ts';
import type { Fault, FaultList } from './faults.ts';
import { bystander, type Raw, standing } from './shapes.ts';
import { type Day, STORIES } from './stories.ts';
import { ACCOUNTS, DAY, makeWrit } from './writs.ts';

export interface Corpus {
  /** In the log, in the order in which they were written. */
  readonly records: readonly LedgerRecord[];
  /** Of those, what is changed after it was logged. */
  readonly tampered: readonly LedgerRecord[];
  /** Once each, in no order. */
  readonly events: readonly Raw[];
  readonly faults: FaultList;
  /** Writs whose mint is not in the trail. */
  readonly withoutMint: readonly string[];
}

const BYSTANDERS = 1900;
const STANDING = 40;

export function makeCorpus(seed: number): Corpus {
  const by = chance(seed);
  const faults = new Map<string, Fault>();
  const events: Raw[] = [];
  const records: LedgerRecord[] = [];
  const tampered: LedgerRecord[] = [];
  const withoutMint: string[] = [];
  const add = (event: Raw, fault?: Fault): void => {
    events.push(event);
    if (fault !== undefined) faults.set(event.eventID, fault);
  };
  const day: Day = { by, records, tampered, withoutMint, add };
  for (const [writs, story] of STORIES) {
    for (let count = 0; count < writs; count++) story(makeWrit(by, DAY + by.number(0, 80_000)), day);
  }
  const at = () => DAY + by.number(0, 86_000);
  for (let count = 0; count < BYSTANDERS; count++) day.add(bystander(by, at(), by.one(ACCOUNTS)));
  for (let count = 0; count < STANDING; count++) {
    day.add(standing(by, at(), by.one(ACCOUNTS)), 'long_term_key_on_ai');
  }
  return { records, tampered, events: by.shuffled(events), faults, withoutMint };
}
