/** What the log itself, and this run, are worth. */
import type { Facts } from './period.ts';
import { both, count, missing, type Shown, shown, statement, writs } from './statement.ts';

/** Signed, whole, and by whom. */
export const whole = ({ result: { log, completeness } }: Facts): Shown => {
  const tampered = completeness.leaves.tamper ?? 0;
  return both(
    log.flaws.length === 0
      ? shown(
          statement(
            `Every record is a leaf of one tree of ${log.size}; its root ${log.root} is signed by ${log.key}, and everything was verified by this run.`,
          ),
        )
      : shown(),
    log.local ? missing(statement('The log was made on a laptop: it is evidence of nothing.')) : shown(),
    tampered === 0
      ? shown()
      : missing(
          statement(
            `${count(tampered, 'leaf', 'leaves')} saying that somebody changed or removed a record of the ledger.`,
          ),
        ),
  );
};

/** What each record holds (AU-3), and that nothing was left out of it. */
export const contents = ({ result: { completeness } }: Facts): Shown => {
  const types = Object.entries(completeness.leaves).filter(([type]) => type !== 'unreadable');
  const unreadable = completeness.leaves.unreadable ?? 0;
  return both(
    types.length === 0
      ? missing(statement('The log is empty.'))
      : shown(
          statement(
            `Records by type, over the whole log: ${types.map(([type, number]) => `${type} ×${number}`).join(', ')}. Each has its time, who, what, from where and the outcome, in a schema that is public.`,
          ),
        ),
    unreadable === 0
      ? shown()
      : missing(statement(`${count(unreadable, 'leaf', 'leaves')} that cannot be read as a record.`)),
  );
};

/** Records of the period that prove nothing. */
export const unproven = (facts: Facts): Shown =>
  facts.unproven.length === 0
    ? shown()
    : missing(
        statement(
          `${count(facts.unproven.length, 'session')} whose records are not proven, or contradict each other: not counted as evidence.`,
          writs(facts.unproven),
        ),
      );

/** Anybody can ask again, and gets the same bytes. */
export const repeatable = ({ result: { inputs, question } }: Facts): Shown =>
  shown(
    statement(
      `The same question over the same input gives the same bytes: writ ${question.release}, trail files with SHA-256 ${inputs.filesHash} of their list, and the root above.`,
    ),
  );

/** AU-8. */
export const clocks = ({ result }: Facts): Shown =>
  shown(
    statement(
      `Times are UTC and whole seconds; ${result.question.toleranceSeconds} s of difference between clocks were allowed for, and what that leaves open is said event by event (${count(result.counts.verdicts.IN_DOUBT, 'event')} in doubt).`,
    ),
  );

/** EU AI Act 19(1), 26(6): six months, at the longest 184 days. */
const SIX_MONTHS_DAYS = 184;

export const retained = ({ lock, result: { log } }: Facts): Shown => {
  const days = log.from === null || log.to === null ? 0 : Math.floor((log.to - log.from) / 86_400);
  const reaches = shown(
    statement(`The oldest record in the log is ${count(days, 'day')} older than the newest.`),
  );
  if (lock === null) {
    return both(
      reaches,
      missing(
        statement(
          `For how long evidence is locked against deletion is not shown by this run: name the bucket itself as --evidence (${SIX_MONTHS_DAYS} days are asked for).`,
        ),
      ),
    );
  }
  const said = `The store locks evidence for ${count(lock.days, 'day')} (${lock.mode}; asked of ${lock.object})`;
  return both(
    reaches,
    lock.days >= SIX_MONTHS_DAYS
      ? shown(statement(`${said}: not less than ${SIX_MONTHS_DAYS}.`))
      : missing(statement(`${said}: less than ${SIX_MONTHS_DAYS}.`)),
    lock.mode === 'COMPLIANCE'
      ? shown()
      : missing(statement('Whoever may bypass that lock can still delete: it is not in COMPLIANCE mode.')),
  );
};
