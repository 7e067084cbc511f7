import type { Permission, Statement } from '../bundle.ts';
import { type Effect, type Part, part } from './change.ts';
import { covers, type Types } from './patterns.ts';

type Side = Pick<Permission, 'statements' | 'parameters'>;

/**
 * What a permission's statements allow, before and after.
 *
 * Sound where it decides: `narrows` and `neither` are proven, action by action and resource by resource; `widens` is
 * said where the other direction is proven, or an action is new. Where neither can be shown it says so.
 */
export function statementParts(before: Side, after: Side): Part[] {
  const told = listed(before, after);
  if (told.length === 0) return [];
  // The verdict is on all of them together: a statement that goes and a wider one that comes are one change.
  return [
    part('~', effectOf(before, after), 'what its statements allow'),
    ...told.map(({ sign, what }) => part(sign, 'neither', what)),
  ];
}

function effectOf(before: Side, after: Side): Effect {
  const noMore = within(after, before);
  const noLess = within(before, after);
  if (noMore) return noLess ? 'neither' : 'narrows';
  return noLess || hasNewAction(before, after) ? 'widens' : 'undecided';
}

/** Whether all that `one` allows, `other` allows: each Allow of the one is in the other, each Deny of the other in the one. */
function within(one: Side, other: Side): boolean {
  const allowed = ofEffect(one, 'Allow').every((statement) =>
    isIn(statement, one, ofEffect(other, 'Allow'), other),
  );
  return (
    allowed &&
    ofEffect(other, 'Deny').every((statement) => isIn(statement, other, ofEffect(one, 'Deny'), one))
  );
}

const ofEffect = ({ statements }: Side, effect: Statement['Effect']): Statement[] =>
  statements.filter((statement) => statement.Effect === effect);

/** Each action on each resource, under these conditions, by some statement of the others. */
const isIn = (statement: Statement, side: Side, others: readonly Statement[], otherSide: Side): boolean =>
  statement.Action.every((action) =>
    statement.Resource.every((resource) =>
      others.some(
        (other) =>
          other.Action.some((pattern) => coversAction(pattern, action)) &&
          other.Resource.some((pattern) =>
            covers(
              { text: pattern, types: otherSide.parameters },
              { text: resource, types: side.parameters },
            ),
          ) &&
          implies(statement.Condition ?? {}, side.parameters, other.Condition ?? {}, otherSide.parameters),
      ),
    ),
  );

const coversAction = (pattern: string, action: string): boolean =>
  covers({ text: pattern.toLowerCase(), types: {} }, { text: action.toLowerCase(), types: {} });

type Condition = NonNullable<Statement['Condition']>;

/** Operators that hold where one of the values matches: fewer values hold less often. */
const ANY_OF = /^(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like)$/;

/** Whether the wide condition holds wherever the narrow one does: each of its tests is one of the narrow one's, or weaker. */
function implies(narrow: Condition, narrowTypes: Types, wide: Condition, wideTypes: Types): boolean {
  return Object.entries(wide).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const own = narrow[operator]?.[key];
      if (own === undefined) return false;
      const all = (some: readonly string[], types: Types, others: readonly string[], otherTypes: Types) =>
        some.every((text) =>
          others.some((other) => sameOrCovers(operator, { text: other, types: otherTypes }, { text, types })),
        );
      const fewer = all(own, narrowTypes, values, wideTypes);
      return ANY_OF.test(operator) ? fewer : fewer && all(values, wideTypes, own, narrowTypes);
    }),
  );
}

/** Only operators of matching read `*` as a pattern; the others compare texts, and so does this. */
function sameOrCovers(
  operator: string,
  wide: { readonly text: string; readonly types: Types },
  narrow: { readonly text: string; readonly types: Types },
): boolean {
  // Not by pattern: parts of an ARN are compared one by one there.
  if (/String(?:Like)$/.test(operator)) return covers(wide, narrow);
  return wide.text === narrow.text && covers(wide, narrow);
}

const hasNewAction = (before: Side, after: Side): boolean => {
  const known = ofEffect(before, 'Allow').flatMap(({ Action }) => Action);
  return ofEffect(after, 'Allow').some(({ Action }) =>
    Action.some((action) => !known.some((pattern) => coversAction(pattern, action))),
  );
};

/** What an eye compares: statements as text, those that came and those that went. */
function listed(before: Side, after: Side): Pick<Part, 'sign' | 'what'>[] {
  const [old, now] = [before.statements.map(inWords), after.statements.map(inWords)];
  // The same words mean something else where a parameter has another type.
  const typed = JSON.stringify(before.parameters) === JSON.stringify(after.parameters);
  const parts = [
    ...now.filter((text) => !old.includes(text)).map((what) => ({ sign: '+' as const, what })),
    ...old.filter((text) => !now.includes(text)).map((what) => ({ sign: '-' as const, what })),
  ];
  if (parts.length > 0 || typed) return parts;
  return effectOf(before, after) === 'neither'
    ? []
    : [{ sign: '~', what: 'the same statements, with other parameters' }];
}

function inWords({ Effect, Action, Resource, Condition }: Statement): string {
  const when = Condition === undefined ? '' : ` when ${JSON.stringify(Condition)}`;
  return `${Effect} ${Action.join(', ')} on ${Resource.join(', ')}${when}`;
}
