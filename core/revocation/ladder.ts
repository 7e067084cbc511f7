/**
 * Keeps an account's denials within what IAM takes, by denying more (docs/decisions/0006):
 *
 *     writ → its user → every target role
 *
 * Users climb one by one, noisiest first; the roles are one statement, at the earliest T' with which all fits. Nothing
 * has to climb to the account: that is for whoever revokes all.
 */
import { MAX_MANAGED_POLICY_CHARS } from '../limits.ts';
import { type Dated, type Denials, TAG_KINDS, type TagKind, timesOf, withoutCovered } from './denials.ts';
import { canaryIdentity } from './names.ts';
import type { Rung } from './ports.ts';
import {
  byEveryRole,
  byRole,
  bySourceIdentity,
  byTag,
  ofAccount,
  patternOf,
  statementChars,
  textOf,
  valueChars,
} from './statements.ts';

/** A document that denies its canary and nothing else. */
const EMPTY_CHARS = textOf([bySourceIdentity([canaryIdentity('0'.repeat(16))])]).length;
const WRIT_CHARS = valueChars(patternOf('0'.repeat(16)));

/** A statement without its values, and without the comma that the first of them does not have. */
const TAG_CHARS: { readonly [Kind in TagKind]: number } = {
  user: statementChars(byTag('user', [], 0)) - 1,
  device: statementChars(byTag('device', [], 0)) - 1,
  agent: statementChars(byTag('agent', [], 0)) - 1,
  task: statementChars(byTag('task', [], 0)) - 1,
  permission: statementChars(byTag('permission', [], 0)) - 1,
};
const ROLE_CHARS = statementChars(byRole([], 0)) - 1;
const EVERY_ROLE_CHARS = statementChars(byEveryRole('0'.repeat(12), 0));
const ACCOUNT_CHARS = statementChars(ofAccount(0));

/** What has to be denied, in a document that IAM takes, with as little else as can be. */
export const climbed = (denials: Denials): Denials =>
  withUsers(withoutCovered(denials)) ?? withEveryRole(denials);

/**
 * Whoever climbed, a statement for all roles denies what was issued before its time: the earliest that makes room is
 * best. The latest always does, as nothing then stands beside it but a denial of all.
 */
function withEveryRole(denials: Denials): Denials {
  const times = timesOf(withoutCovered(denials));
  let found = atRung('role', denials);
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const tried = withUsers(withoutCovered({ ...denials, everyRole: times[middle] ?? 0 }));
    if (tried === null) low = middle + 1;
    else [found, high] = [tried, middle];
  }
  return found;
}

interface Climber {
  readonly user: string;
  /** The latest of the user's writs. */
  readonly before: number;
  /** Of the user's own statement, where one stands: it is replaced. */
  readonly was: number;
  /** Characters that go, statements aside. */
  readonly noise: number;
}

/**
 * Users whose writs take more room than their name climb until the rest fits, noisiest first: whoever makes the most
 * noise is denied the most, and others keep their other sessions.
 *
 * @returns null where it is too long even then.
 */
function withUsers(denials: Denials): Denials | null {
  let characters = charactersOf(denials);
  const user = new Map(denials.tags.user);
  const statements = countByTime(user);
  for (const climber of climbersOf(denials, statements)) {
    if (characters <= MAX_MANAGED_POLICY_CHARS) break;
    user.set(climber.user, climber.before);
    characters -= climber.noise;
    characters +=
      TAG_CHARS.user * (count(statements, climber.before, 1) + count(statements, climber.was, -1));
  }
  if (characters > MAX_MANAGED_POLICY_CHARS) return null;
  return withoutCovered({ ...denials, tags: { ...denials.tags, user } });
}

const latestOf = (dates: Dated): number =>
  [...dates.values()].reduce((latest, before) => Math.max(latest, before), 0);

/** Those that climbing helps, a statement's worth at least for each that it opens; in the order in which they climb. */
function climbersOf({ writs, tags }: Denials, statements: ReadonlyMap<number, number>): readonly Climber[] {
  const climbers = [...writs].map(([user, theirs]): Climber => {
    const was = tags.user.get(user) ?? 0;
    const noise = theirs.size * WRIT_CHARS - (was === 0 ? valueChars(user) : 0);
    return { user, before: latestOf(theirs), was, noise };
  });
  const gain = new Map<number, number>();
  for (const { before, noise } of climbers) {
    if (noise > 0) gain.set(before, (gain.get(before) ?? 0) + noise);
  }
  return climbers
    .filter(({ before, noise }) => {
      const opening = statements.has(before) ? 0 : TAG_CHARS.user;
      return noise > 0 && (gain.get(before) ?? 0) > opening;
    })
    .sort(
      (one, other) =>
        other.noise - one.noise || one.before - other.before || (one.user < other.user ? -1 : 1),
    );
}

/** Every entry at this rung at least, whatever room that takes. */
export function atRung(rung: Rung, denials: Denials): Denials {
  const single = withoutCovered(denials);
  const latest = timesOf(single).at(-1) ?? 0;
  switch (rung) {
    case 'writ':
      return single;
    case 'principal': {
      const user = new Map(single.tags.user);
      for (const [name, theirs] of single.writs) user.set(name, latestOf(theirs));
      return withoutCovered({ ...single, tags: { ...single.tags, user } });
    }
    case 'role':
      return withoutCovered({ ...denials, everyRole: latest });
    case 'account':
      return withoutCovered({ ...denials, account: Math.max(latest, denials.account) });
  }
}

/** Of the document's text. */
function charactersOf(denials: Denials): number {
  let characters = EMPTY_CHARS;
  for (const theirs of denials.writs.values()) characters += theirs.size * WRIT_CHARS;
  for (const kind of TAG_KINDS) characters += charactersOfValues(denials.tags[kind], TAG_CHARS[kind]);
  characters += charactersOfValues(denials.roles, ROLE_CHARS);
  if (denials.everyRole > 0) characters += EVERY_ROLE_CHARS;
  if (denials.account > 0) characters += ACCOUNT_CHARS;
  return characters;
}

/** Values of one T' share a statement. */
function charactersOfValues(values: Dated, statement: number): number {
  let characters = countByTime(values).size * statement;
  for (const value of values.keys()) characters += valueChars(value);
  return characters;
}

function countByTime(values: Dated): Map<number, number> {
  const counts = new Map<number, number>();
  for (const before of values.values()) count(counts, before, 1);
  return counts;
}

/** @returns by how many statements that changes the document: the first of a time opens one, the last closes it. */
function count(counts: Map<number, number>, time: number, change: 1 | -1): number {
  const before = counts.get(time) ?? 0;
  const after = before + change;
  if (after <= 0) counts.delete(time);
  else counts.set(time, after);
  return Math.sign(Math.max(after, 0)) - Math.sign(before);
}
