import type { ParameterType, Permission } from '../bundle.ts';
import { type Change, compareNamed, listParts, numberParts, type Part, part, valueParts } from './change.ts';
import { typeCovers } from './patterns.ts';
import { placeParts } from './places.ts';
import { statementParts } from './statements.ts';

/** What can be asked for. Who may is told by `access`. */
export const permissionChanges = (before: readonly Permission[], after: readonly Permission[]): Change[] =>
  compareNamed('permission', [before, after], ({ permission }) => permission, {
    added: ({ description }) => part('+', 'widens', `can be asked for: ${description}`),
    removed: ({ description }) => part('-', 'narrows', `can no longer be asked for: ${description}`),
    changed,
  });

const changed = (before: Permission, after: Permission): Part[] => [
  ...listParts('account', before.accounts, after.accounts),
  ...statementParts(before, after),
  ...parameterParts(before.parameters, after.parameters),
  ...numberParts('longest', before.longest, after.longest, (seconds) => `${seconds} s`),
  ...placeParts(before.place, after.place),
  ...listParts('lifts containment for', before.lifts, after.lifts),
  ...listParts('outlives the deadline:', before.outlives, after.outlives),
  // What else the role may do is bounded by the session policy; what it may not is not to be seen here.
  ...valueParts('role', before.role, after.role, 'undecided'),
  ...bodyHashParts(before.demandsBodyHash, after.demandsBodyHash),
  ...valueParts('description', before.description, after.description, 'neither'),
  ...casesParts(before, after),
];

const bodyHashParts = (before: boolean, after: boolean): Part[] => {
  if (before === after) return [];
  return after
    ? [part('+', 'narrows', "the proof must cover the request's body")]
    : [part('-', 'widens', "the proof need not cover the request's body any more")];
};

/** What a parameter's type does to the session policy is told with the statements. */
function parameterParts(before: Permission['parameters'], after: Permission['parameters']): Part[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): Part[] => {
    const [was, is] = [before[name], after[name]];
    if (was === undefined)
      return is === undefined ? [] : [part('+', 'neither', `parameter ${name}: ${told(is)}`)];
    if (is === undefined) return [part('-', 'neither', `parameter ${name}: ${told(was)}`)];
    const noMore = typeCovers(was, is);
    const effect = noMore
      ? typeCovers(is, was)
        ? 'neither'
        : 'narrows'
      : typeCovers(is, was)
        ? 'widens'
        : 'undecided';
    return valueParts(`parameter ${name}:`, told(was), told(is), effect);
  });
}

const told = (type: ParameterType): string =>
  type.type === 'enum' ? `one of ${type.values.join(', ')}` : type.type;

function casesParts(before: Permission, after: Permission): Part[] {
  return (['allows', 'denies'] as const).flatMap((kind) =>
    JSON.stringify(before[kind]) === JSON.stringify(after[kind])
      ? []
      : [
          part(
            '~',
            'neither',
            `cases under ${kind}: ${before[kind].length} → ${after[kind].length}, changed`,
          ),
        ],
  );
}
