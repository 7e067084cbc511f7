import type { OneOrMore, PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';

/** A trust policy that ministack can be given, and what it had to lose for that. */
export interface Derived {
  readonly document: PolicyDocument;
  readonly leftOut: readonly string[];
}

/** AWS substitutes them; ministack compares them as text, which would refuse every call. */
const VARIABLE = /\$\{[^}]*\}/g;

/** ministack knows no source identity: an Allow that asks for one would refuse every call. */
const UNKNOWN_KEYS: readonly string[] = ['sts:sourceidentity'];

/**
 * Makes a trust policy as near to ours as ministack can judge: conditions on keys that it does not have are left out,
 * and a policy variable becomes `?*`, one character or more.
 */
export function derivedTrust(trust: PolicyDocument): Derived {
  const leftOut: string[] = [];
  const Statement = trust.Statement.map((statement, index) =>
    derivedStatement(statement, (what) => leftOut.push(`${statement.Sid ?? `statement ${index}`}: ${what}`)),
  );
  return { document: { ...trust, Statement }, leftOut };
}

function derivedStatement(statement: PolicyStatement, leave: (what: string) => void): PolicyStatement {
  const { Condition, ...rest } = statement;
  if (Condition === undefined) return statement;
  const kept = Object.entries(Condition).flatMap(([operator, keys]) => {
    const left = Object.entries(keys).flatMap(([key, values]) => {
      const shown = `${operator} ${key} ${[values].flat().join(', ')}`;
      if (UNKNOWN_KEYS.includes(key.toLowerCase())) {
        leave(`${shown} (no such key)`);
        return [];
      }
      const plain = withoutVariables(values);
      if (String(plain) !== String(values)) leave(`${shown} (no variables; ${String(plain)} in its place)`);
      return [[key, plain] as const];
    });
    return left.length === 0 ? [] : [[operator, Object.fromEntries(left)] as const];
  });
  return kept.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(kept) };
}

const withoutVariables = (values: OneOrMore): OneOrMore =>
  typeof values === 'string'
    ? values.replaceAll(VARIABLE, '?*')
    : values.map((value) => value.replaceAll(VARIABLE, '?*'));
