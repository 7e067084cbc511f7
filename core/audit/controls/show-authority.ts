/** By what right: what was decided, granted, used and refused. */
import { endedBy, type Facts, revokedIn, rowsWith } from './period.ts';
import { ofSessions } from './show-identities.ts';
import { both, count, distinct, missing, type Shown, shown, statement, tally, writs } from './statement.ts';

/** Every request is decided by policy, and the log can say by which. */
export const decided = (facts: Facts): Shown => {
  const { sessions, refusals } = facts;
  const bundles = [
    ...sessions.map(({ intent }) => intent.decision.bundle),
    ...refusals.map(({ record }) => record.bundle),
  ];
  if (bundles.length === 0) return missing(statement('Nothing was asked for in this period.'));
  const configurations = [...new Set(bundles)].sort();
  return shown(
    statement(
      `${count(sessions.length, 'session')} granted and ${count(refusals.length, 'refusal')} on record, each with the policies that determined it and the SHA-256 of all that they saw.`,
      writs(sessions),
    ),
    statement(
      `${count(configurations.length, 'configuration')} decided, by SHA-256: ${configurations
        .slice(0, 4)
        .map((bundle) => bundle.slice(0, 16))
        .join(', ')}${configurations.length > 4 ? ', …' : ''}.`,
    ),
  );
};

/** CC6.2: authorised before issued. The session's tag is the hash of the decision: it was there first. */
export const decidedFirst = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const tolerance = facts.result.question.toleranceSeconds;
    const carries = ({ evidence, issued }: (typeof all)[number]) =>
      issued.tags['writ:decision'] === evidence.state.intentHash;
    const early = ({ intent, issued }: (typeof all)[number]) => intent.at <= issued.issuedAt + tolerance;
    const held = all.filter((session) => carries(session) && early(session));
    const other = all.filter((session) => !(carries(session) && early(session)));
    return both(
      held.length === 0
        ? shown()
        : shown(
            statement(
              `In ${held.length} of ${count(all.length, 'session')} the session carries the hash of the decision that allowed it, and the decision’s time is not after the session’s beginning: decided first, issued then.`,
              writs(held),
            ),
          ),
      other.length === 0
        ? shown()
        : missing(
            statement(
              `In ${count(other.length, 'session')} that order is not shown: no such hash among its tags, or the times contradict it.`,
              writs(other),
            ),
          ),
    );
  });

/** Task, purpose, permission. */
export const purpose = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const readable = all.filter(
      ({ writ }) => facts.evidence.openings.get(writ)?.purpose !== undefined,
    ).length;
    return shown(
      statement(
        `Each of ${count(all.length, 'session')} has task, purpose, permission and parameters on record; purposes were ${tally(all.map(({ intent }) => intent.purpose.by))}. The words of ${readable} can be read here, of the rest their hash.`,
        writs(all),
      ),
    );
  });

/** Which permissions, and how narrow. */
export const granted = (facts: Facts): Shown =>
  ofSessions(facts, (all) =>
    shown(
      statement(
        `Permissions granted: ${tally(all.map(({ intent }) => intent.permission))}, through ${count(distinct(all.map(({ intent }) => intent.role)), 'role')}; each session is narrowed by a policy of its own, whose SHA-256 is on record.`,
      ),
      statement(`From where sessions may be used: ${tally(all.map(({ intent }) => intent.place.kind))}.`),
    ),
  );

/** Granted, held against used. */
export const used = (facts: Facts): Shown => {
  const { coverage, writs: summaries } = facts.result;
  return ofSessions(facts, (all) => {
    const ids = new Set(all.map(({ writ }) => writ));
    const own = summaries.shown.filter(({ writ }) => ids.has(writ));
    const calls = own.flatMap(({ actions }) => actions.shown);
    // The event of its mint is one of them.
    const idle = own.filter(({ actions }) =>
      actions.shown.every(({ eventName }) => eventName === 'AssumeRole'),
    );
    const actions = distinct(calls.map(({ eventSource, eventName }) => `${eventSource} ${eventName}`));
    const refused = calls.reduce((sum, call) => sum + call.refused, 0);
    return both(
      shown(
        statement(
          `Of ${count(own.length, 'session')} ${own.length - idle.length} called AWS in this trail, ${count(actions, 'different action')} in all; ${count(refused, 'call')} AWS refused.`,
          writs(own.filter((one) => !idle.includes(one))),
        ),
      ),
      idle.length === 0
        ? shown()
        : missing(
            statement(
              `${count(idle.length, 'session')} with no call in this trail: granted, not seen used.`,
              writs(idle),
            ),
          ),
      coverage.dataEvents
        ? shown()
        : missing(statement('The trail has no data event: what was done to objects and items is not in it.')),
    );
  });
};

/** A person said yes. */
export const approved = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const by = all.filter(({ intent }) => intent.authority === 'approval');
    return by.length === 0
      ? missing(statement('No session of this period rests on a person’s approval: policy alone decided.'))
      : shown(statement(`${count(by.length, 'session')} rest on an approval that is on record.`, writs(by)));
  });

/** Accounts, and sessions that left theirs. */
export const environments = (facts: Facts): Shown => {
  const strayed = rowsWith(facts.result, ['CONFLICT']).filter(({ finding }) =>
    ['account_differs', 'role_differs', 'chained', 'took_another_role'].includes(finding.reason),
  );
  return both(
    ofSessions(facts, (all) =>
      shown(
        statement(
          `Each session is of one account and one role of it: ${tally(all.map(({ intent }) => intent.account))}.`,
        ),
      ),
    ),
    strayed.length === 0
      ? shown()
      : missing(
          statement(
            `${count(strayed.length, 'event')} of a session in another account or role than its own.`,
            strayed.map(({ event }) => ({ event: event.eventId })),
          ),
        ),
  );
};

/** What was not granted, and why. */
export const refused = ({ refusals, result }: Facts): Shown => {
  const more = result.refusals.leftOut;
  if (refusals.length === 0) return missing(statement('No refusal is on record in this period.'));
  return shown(
    statement(
      `${count(refusals.length, 'refusal')} on record${more > 0 ? ` among the first of them, ${more} more not gone through` : ''}: ${tally(refusals.map(({ record }) => record.reason))}.`,
      refusals.map(({ leaf }) => ({ leaf })),
      more,
    ),
  );
};

/** Nobody works again whom somebody blocked. */
export const blocked = (facts: Facts): Shown => {
  const blocks = facts.endings.filter((ending) => revokedIn(ending)?.mode === 'block');
  if (blocks.length === 0) {
    return missing(
      statement('No block of a user, device or agent that had sessions is on record in this period.'),
    );
  }
  return shown(
    statement(
      `${count(blocks.length, 'block')} ended sessions and refused new ones: of ${tally(blocks.map(({ kind }) => kind))}.`,
      writs(endedBy(facts, blocks)),
    ),
  );
};
