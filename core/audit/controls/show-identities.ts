/** Who: the user, device and agent of each session, and how each was shown to be that. */
import { groupedBy } from '../../grouped.ts';
import type { Facts, Session } from './period.ts';
import {
  both,
  count,
  distinct,
  largest,
  missing,
  type Shown,
  shown,
  statement,
  tally,
  writs,
} from './statement.ts';

/** A sentence of sessions; where there was none, that is what is missing, once. */
export const ofSessions = ({ sessions }: Facts, says: (sessions: readonly Session[]) => Shown): Shown =>
  sessions.length === 0 ? missing(statement('No session was issued in this period.')) : says(sessions);

/** Each session has a user, a device, an agent and a task. */
export const named = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const of = (name: (session: Session) => string) => distinct(all.map(name));
    const users = count(
      of(({ intent }) => intent.subject.id),
      'user',
    );
    const devices = count(
      of(({ intent }) => intent.device.id),
      'device',
    );
    const agents = count(
      of(({ intent }) => intent.actor.agent),
      'agent',
    );
    const tasks = count(
      of(({ intent }) => intent.task.value),
      'task',
    );
    return shown(
      statement(
        `${count(all.length, 'session')} issued, each with its user, device, agent and task on record: ${users}, ${devices}, ${agents}, ${tasks}.`,
        writs(all),
      ),
    );
  });

/** By what means users, devices and agents were shown to be who they are. */
export const proved = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const claimed = all.filter(({ intent }) => intent.device.kind === 'claimed');
    return both(
      shown(
        statement(
          `Agents were ${tally(all.map(({ intent }) => intent.actor.kind))}; devices were ${tally(all.map(({ intent }) => intent.device.kind))}; each request was signed by the device’s key.`,
        ),
      ),
      claimed.length === 0
        ? shown()
        : missing(
            statement(
              `In ${count(claimed.length, 'session')} the device was only claimed: nobody signed for it.`,
              writs(claimed),
            ),
          ),
    );
  });

/** How long ago users had signed in, and how. */
export const signedIn = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const ages = all.map(({ intent }) => intent.at - intent.subject.auth_time);
    const means = all.flatMap(({ intent }) => intent.subject.amr);
    const silent = all.filter(({ intent }) => intent.subject.amr.length === 0 && intent.subject.acr === null);
    return both(
      shown(
        statement(
          `The user’s sign-in was ${largest(ages)} s old at most when a session was asked for${means.length === 0 ? '' : `; by these means: ${tally(means)}`}.`,
        ),
      ),
      silent.length === 0
        ? shown()
        : missing(
            statement(
              `Of ${count(silent.length, 'session')} the issuer’s token does not say how strongly the user had signed in (acr, amr).`,
              writs(silent),
            ),
          ),
    );
  });

/** What was verified of the tokens, and where they came from. */
export const tokens = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const issuers = tally(all.flatMap(({ intent }) => [intent.subject.iss, intent.actor.iss]));
    const covered = all.filter(({ intent }) => intent.binding.request === 'bdh').length;
    return shown(
      statement(
        `Of each session’s tokens the log has issuer, subject and SHA-256, verified before anything was decided. Issuers: ${issuers}.`,
      ),
      statement(
        `Each request proved the key that its tokens are bound to; in ${covered} of ${all.length} the proof covered the body as well.`,
      ),
    );
  });

/** One agent a session; and whether two shared one. */
export const oneAgent = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const usersOf = groupedBy(all, ({ intent }) => intent.actor.agent);
    const shared = [...usersOf.values()].filter(
      (of) => distinct(of.map(({ intent }) => intent.subject.id)) > 1,
    );
    return shown(
      statement(
        `Each of ${count(all.length, 'session')} is one agent’s, for one user and one task; ${count(shared.length, 'agent')} worked for more than one user, each time in a session of that user’s own.`,
      ),
    );
  });

/** User → agent, and sessions that came of others. */
export const chain = (facts: Facts): Shown =>
  ofSessions(facts, (all) => {
    const children = all.filter(({ intent }) => intent.parent !== null);
    const tied = tally(all.map(({ intent }) => intent.binding.actor));
    return both(
      shown(
        statement(
          `In each of ${count(all.length, 'session')} the record links the agent to the user on whose authority it acts (by ${tied}).`,
          writs(all),
        ),
      ),
      children.length === 0
        ? missing(statement('No session of this period came of another agent’s.'))
        : shown(
            statement(
              `${count(children.length, 'session')} came of another, which is named.`,
              writs(children),
            ),
          ),
    );
  });
