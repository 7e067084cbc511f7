import type { Account, Permission, Statement } from '../policy/bundle.ts';
import { fillIn, type Lookup, namesIn, substitute, valuesOf } from './substitute.ts';

type Condition = NonNullable<Statement['Condition']>;

/** Operators that read `*` as a pattern, or have a sister that does. */
const MATCHES = /^((?:ForAllValues:|ForAnyValue:)?(?:String|Arn))(?:Equals|Like)(IfExists)?$/;

/**
 * What a permission's sessions can be allowed at most, whatever the parameters: what its role may do.
 *
 * Each parameter becomes `*` where it stands. A comparison that has no pattern form is dropped, which allows more.
 * Denies are left to the session policy: in the role they would also hold for other permissions of that role, and
 * one that names a parameter, widened, would deny what it is there to allow.
 */
export function widest(permission: Permission, account: Account): readonly Statement[] {
  const known = valuesOf({}, account);
  const isParameter = (name: string) => Object.hasOwn(permission.parameters, name);
  const lookup = (name: string) => (isParameter(name) ? '*' : known(name));
  return permission.statements
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Condition, ...statement }) => {
      const widened = Condition === undefined ? {} : widen(Condition, isParameter, lookup);
      return {
        ...substitute(statement, lookup),
        ...(Object.keys(widened).length > 0 && { Condition: widened }),
      };
    });
}

function widen(condition: Condition, isParameter: (name: string) => boolean, lookup: Lookup): Condition {
  const wide: { [operator: string]: { [key: string]: readonly string[] } } = {};
  for (const [operator, keys] of Object.entries(condition)) {
    for (const [key, values] of Object.entries(keys)) {
      const asPattern = values.some((value) => namesIn(value).some(isParameter))
        ? patternForm(operator)
        : operator;
      if (asPattern === null) continue;
      const texts = values.map((value) => fillIn(value, lookup));
      wide[asPattern] = { ...wide[asPattern], [key]: [...(wide[asPattern]?.[key] ?? []), ...texts] };
    }
  }
  return wide;
}

/** `StringEquals` would take `*` for a star. */
function patternForm(operator: string): string | null {
  const parts = MATCHES.exec(operator);
  return parts === null ? null : `${parts[1]}Like${parts[2] ?? ''}`;
}
