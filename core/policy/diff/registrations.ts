import { isoTime } from '../../encoding/iso-time.ts';
import { jcs } from '../../encoding/jcs.ts';
import { claimOf } from '../../tokens/claim-rule.ts';
import type { Account, Agent, ClaimRule, Issuer } from '../bundle.ts';
import { type Change, compareNamed, listParts, numberParts, type Part, part, valueParts } from './change.ts';

const day = (numericDate: number): string => isoTime(numericDate).slice(0, 10);

export const agentChanges = (before: readonly Agent[], after: readonly Agent[]): Change[] =>
  compareNamed('agent', [before, after], ({ agent }) => agent, {
    added: ({ owner }) => part('+', 'widens', `registered, ${owner} answers for it`),
    removed: () => part('-', 'narrows', 'registered no more'),
    changed: (was, is) => [
      ...listParts('acts for user', was.users, is.users),
      ...listParts('acts for group', was.groups, is.groups),
      ...listParts('acts for whoever may have', was.permissions, is.permissions),
      ...listParts('is the workload', was.identities.map(workload), is.identities.map(workload)),
      ...enrolledParts(was.enrolled, is.enrolled),
      ...numberParts('expires', was.expires, is.expires, day),
      ...numberParts('review by', was.reviewBy, is.reviewBy, day),
      // Somebody may stop it now who could not.
      ...valueParts('owner', was.owner, is.owner, 'widens'),
      ...valueParts('description', was.description, is.description, 'neither'),
    ],
  });

const workload = ({ issuer, subject }: Agent['identities'][number]): string => `${issuer}:${subject}`;

const enrolledParts = (was: boolean, is: boolean): Part[] =>
  was === is
    ? []
    : [part(is ? '+' : '-', is ? 'widens' : 'narrows', "an enrolled device's key may speak for it")];

export const accountChanges = (before: readonly Account[], after: readonly Account[]): Change[] =>
  compareNamed('account', [before, after], ({ account }) => account, {
    added: ({ id, region }) => part('+', 'neither', `${id} in ${region}; permissions name it or not`),
    removed: ({ id }) => part('-', 'narrows', id),
    changed: (was, is) => [
      ...valueParts('id', was.id, is.id, 'widens'),
      ...valueParts('Region', was.region, is.region, 'undecided'),
      ...valueParts('state', was.state, is.state, is.state === 'active' ? 'widens' : 'narrows'),
    ],
  });

export const issuerChanges = (before: readonly Issuer[], after: readonly Issuer[]): Change[] =>
  compareNamed('issuer', [before, after], ({ alias }) => alias, {
    added: ({ iss, class: of }) => part('+', 'widens', `tokens of ${iss} count (${of})`),
    removed: ({ iss }) => part('-', 'narrows', `tokens of ${iss} count no more`),
    changed: (was, is) => [
      // Somebody else's word counts.
      ...valueParts('iss', was.iss, is.iss, 'widens'),
      ...valueParts('class', was.class, is.class, 'widens'),
      ...valueParts('keys', jcs(was.keys), jcs(is.keys), 'widens'),
      ...listParts('audience', was.audiences, is.audiences),
      ...listParts('typ', was.types.map(String), is.types.map(String)),
      ...listParts('algorithm', was.algorithms, is.algorithms),
      ...ruleParts(was.require, is.require),
      // The same person may be called something else, or somebody else the same.
      ...valueParts('claims', jcs(was.claims), jcs(is.claims), 'undecided'),
      ...valueParts('login', jcs(was.login ?? null), jcs(is.login ?? null), 'neither'),
    ],
  });

/** Each rule narrows: one more refuses more. Of rules on one claim, only lists of values can be compared. */
function ruleParts(before: readonly ClaimRule[], after: readonly ClaimRule[]): Part[] {
  const [old, now] = [before.map(jcs), after.map(jcs)];
  const came = after.filter((_, at) => !old.includes(now[at] ?? ''));
  const gone = before.filter((_, at) => !now.includes(old[at] ?? ''));
  const comparable = gone.flatMap((was) => {
    const is = came.find((rule) => listOf(rule) !== null && sameTest(rule, was));
    return is === undefined ? [] : [{ was, is }];
  });
  return [
    ...comparable.flatMap(({ was, is }) =>
      listParts(`require ${claimOf(is)}:`, (listOf(was) ?? []).map(jcs), (listOf(is) ?? []).map(jcs)),
    ),
    ...gone
      .filter((rule) => comparable.every(({ was }) => was !== rule))
      .map((rule) => part('-', 'widens', `require ${claimOf(rule)}: ${test(rule)}`)),
    ...came
      .filter((rule) => comparable.every(({ is }) => is !== rule))
      .map((rule) => part('+', 'narrows', `require ${claimOf(rule)}: ${test(rule)}`)),
  ];
}

const listOf = (rule: ClaimRule): readonly unknown[] | null =>
  'oneOf' in rule ? rule.oneOf : 'includes' in rule ? rule.includes : null;

const sameTest = (one: ClaimRule, other: ClaimRule): boolean =>
  claimOf(one) === claimOf(other) &&
  (('oneOf' in one && 'oneOf' in other) || ('includes' in one && 'includes' in other));

function test(rule: ClaimRule): string {
  if ('oneOf' in rule) return `one of ${rule.oneOf.map(jcs).join(', ')}`;
  return 'includes' in rule ? `includes ${rule.includes.join(' or ')}` : `begins with ${rule.startsWith}`;
}
