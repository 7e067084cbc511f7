/** What CloudTrail says, held against the log. */
import type { Verdict } from '../verdict.ts';
import { brokeredEvents, events, type Facts, rowsWith } from './period.ts';
import { both, count, lengthOf, missing, type Shown, shown, statement } from './statement.ts';

/** Evidence where there was no such event, missing where there was. */
function none(facts: Facts, of: readonly Verdict[], found: string, notFound: string): Shown {
  const { result } = facts;
  const number = events(result, of);
  if (number === 0) {
    return lengthOf(result.coverage.places) === 0 ? noTrail() : shown(statement(notFound));
  }
  const rows = rowsWith(result, of);
  return missing(
    statement(
      `${count(number, 'event')} ${found}`,
      rows.map(({ event }) => ({ event: event.eventId })),
      number - rows.length,
    ),
  );
}

const noTrail = (): Shown => missing(statement('No event of the trail is in this period.'));

/** Who authorised what, event by event. */
export const attributed = (facts: Facts): Shown => {
  const { result } = facts;
  const all = brokeredEvents(result);
  if (all === 0) return missing(statement('No event of a brokered role is in this period of the trail.'));
  const { ATTRIBUTED: good, DENIED: denied } = result.counts.verdicts;
  return both(
    shown(
      statement(
        `Of ${count(all, 'event')} by brokered roles ${good} are attributed to user, device, agent and task within the session’s time; ${denied} more AWS refused, and it is known whom.`,
      ),
    ),
    events(result, ['CONFLICT', 'UNVERIFIED']) === 0
      ? shown()
      : none(
          facts,
          ['CONFLICT', 'UNVERIFIED'],
          'where trail and log disagree, or the record is not proven.',
          '',
        ),
  );
};

/** The alarm: a brokered role at work that nobody was given. */
export const unbrokered = (facts: Facts): Shown =>
  none(
    facts,
    ['UNBROKERED', 'DARK'],
    'by brokered roles of which the log knows nothing.',
    'No brokered role was used, and no session of one made, that the log does not know.',
  );

/** The right identity in the wrong place, or in two. */
export const inPlace = (facts: Facts): Shown =>
  none(
    facts,
    ['ELSEWHERE', 'SHARED'],
    'by a credential outside of its place, or in use from two at once.',
    'No credential was seen outside of the place that it is bound to, or in use from two addresses at once.',
  );

/** Credentials that do not end. */
export const standing = (facts: Facts): Shown =>
  none(
    facts,
    ['STANDING'],
    'by known agents or to AI services with long-term keys or roles that Writ does not broker.',
    'No call of an AI service or by a known agent was made with a long-term key or another role.',
  );

/** Both ways. */
export const complete = ({ result: { completeness, coverage } }: Facts): Shown => {
  const without = lengthOf(completeness.withoutMint);
  return both(
    shown(
      statement(
        `Of ${count(completeness.issued, 'session')} that the log says were issued, the trail has the STS event of ${completeness.issued - without}; of ${count(completeness.mints, 'STS event')} that made one, the log has the decision of ${completeness.mints - completeness.withoutRecord}.`,
      ),
    ),
    without === 0
      ? shown()
      : missing(
          statement(
            `Of ${count(without, 'session')} the trail has no STS event.`,
            completeness.withoutMint.shown.map((writ) => ({ writ })),
            completeness.withoutMint.leftOut,
          ),
        ),
    coverage.accountsMissing.length === 0
      ? shown()
      : missing(
          statement(
            `The trail has no event of ${count(coverage.accountsMissing.length, 'account')} that had sessions.`,
          ),
        ),
  );
};

/** Of what the counts speak. */
export const covered = ({ result: { coverage, counts, inputs } }: Facts): Shown => {
  if (coverage.found === null) return noTrail();
  const { places, digests } = coverage;
  const gaps = places.shown.filter(({ emptyHours }) => emptyHours > 0).length;
  const damaged = lengthOf(inputs.damaged);
  const notes = [
    ...(coverage.dataEvents
      ? []
      : ['No data event is in the trail: what was done to objects and items is not in it.']),
    ...(gaps === 0
      ? []
      : [`${count(gaps, 'account and Region', 'accounts and Regions')} with hours without any event.`]),
    ...(damaged + counts.unreadable === 0
      ? []
      : [`${count(damaged, 'trail file')} and ${count(counts.unreadable, 'event')} could not be read.`]),
    ...(digests.signatures === 'verified'
      ? []
      : ['CloudTrail’s digest files were not all verified: that its files are as delivered is not shown.']),
    ...(digests.filesUncovered === 0 || digests.files === 0
      ? []
      : [`${count(digests.filesUncovered, 'trail file')} that no digest names.`]),
  ];
  return both(
    shown(
      statement(
        `${count(counts.records, 'trail record')} of ${count(lengthOf(places), 'account and Region', 'accounts and Regions')} from ${count(lengthOf(inputs.files), 'file')}; each is in exactly one count.`,
      ),
      ...(digests.signatures === 'verified'
        ? [
            statement(
              `${count(digests.verified, 'digest file')} of CloudTrail verified, over ${count(digests.filesCovered, 'trail file')}.`,
            ),
          ]
        : []),
    ),
    missing(...notes.map((note) => statement(note))),
  );
};
