/** How long: lifetimes, and what ended sessions early. */
import { brokeredEvents, endedBy, events, type Facts, rowsWith } from './period.ts';
import { ofSessions } from './show-identities.ts';
import { both, count, largest, missing, type Shown, shown, statement, tally, writs } from './statement.ts';

/** Longest and mean. */
export const lifetimes = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const seconds = all.map(({ evidence, issued }) => (evidence.deadline ?? 0) - issued.issuedAt);
    const longest = largest(seconds);
    const mean = Math.round(seconds.reduce((sum, each) => sum + each, 0) / seconds.length);
    const early = all.filter(({ evidence, end }) => end < (evidence.deadline ?? 0)).length;
    return shown(
      statement(
        `Sessions lived ${longest} s at most and ${mean} s on average, by their deadlines; ${early} of ${all.length} ended earlier.`,
        writs(all.filter((_, at) => seconds[at] === longest)),
      ),
    );
  });

/** Taken back: how often, and how long it took until AWS was seen to refuse. */
export const revoked = (facts: Facts): Shown => {
  const { endings } = facts;
  if (endings.length === 0) {
    return missing(
      statement('No revocation of a session is on record in this period: how long one takes is not shown.'),
    );
  }
  const links = writs(endedBy(facts, endings));
  const took = endings
    .flatMap(({ askedAt, seenRefused }) => (seenRefused === null ? [] : [seenRefused - askedAt]))
    .sort((one, other) => one - other);
  const unseen = endings.length - took.length;
  return both(
    shown(
      statement(
        `${count(endings.length, 'revocation')} ended sessions: of ${tally(endings.map(({ kind }) => kind))}.${took.length === 0 ? '' : ` From asked for to seen refused: ${took[Math.floor((took.length - 1) / 2)]} s in the middle, ${took.at(-1)} s at most.`}`,
        links,
      ),
    ),
    unseen === 0
      ? shown()
      : missing(
          statement(
            `Of ${count(unseen, 'revocation')} AWS was not seen to refuse; the deadline ended what was left.`,
          ),
        ),
  );
};

/** Nothing was let through before a session began or after it was over. */
export const inTime = ({ result }: Facts): Shown => {
  const late = ['NOT_YET', 'EXPIRED', 'AFTER_REVOCATION'] as const;
  const over = events(result, late);
  const all = brokeredEvents(result);
  const doubt = events(result, ['IN_DOUBT']);
  if (all === 0) return missing(statement('No event of a brokered role is in this period of the trail.'));
  return both(
    over > 0
      ? missing(
          statement(
            `AWS let ${count(over, 'call')} through outside of the session’s time.`,
            rowsWith(result, late).map(({ event }) => ({ event: event.eventId })),
          ),
        )
      : shown(
          statement(
            `Of ${count(all, 'event')} by brokered roles AWS let none through outside of its session’s time.`,
          ),
        ),
    doubt === 0
      ? shown()
      : missing(statement(`Of ${count(doubt, 'event')} nobody can say on which side of the end they fell.`)),
  );
};
