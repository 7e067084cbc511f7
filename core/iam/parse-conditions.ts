import { isJsonObject } from '../encoding/i-json.ts';
import type { Conditions } from '../session/policy-document.ts';
import { parseInstant } from './instant.ts';
import { isRange } from './ip-range.ts';
import { Malformed } from './malformed.ts';
import { matchesArn } from './match.ts';
import { type Operator, parseBoolean, parseNumber, parseOperator } from './operators.ts';
import { expand, hasValidVariables, type Token } from './variables.ts';

/** Reads a `Condition` block; numbers and booleans may be unquoted, as in AWS's grammar. */
export function parseConditions(json: unknown, where: string): Conditions {
  return Object.fromEntries(
    entries(json, where).map(([name, keys]) => {
      const operator = parseOperator(name)?.operator;
      if (operator === undefined) throw new Malformed(`${where} has an unknown operator`);
      const parsed = entries(keys, where).map(([key, values]) => {
        if (!/^(?:[\w.-]+:.+)$/s.test(key)) throw new Malformed(`${where} has a malformed key`);
        return [key, parseValues(operator, values, where)];
      });
      return [name, Object.fromEntries(parsed)];
    }),
  );
}

/** An empty block reads like a limit and is none. */
function entries(json: unknown, where: string): [string, unknown][] {
  const found = isJsonObject(json) ? Object.entries(json) : [];
  if (found.length === 0) throw new Malformed(`${where} must not be empty`);
  return found;
}

function parseValues(operator: Operator, json: unknown, where: string): string[] {
  const values: unknown[] = Array.isArray(json) ? json : [json];
  if (values.length === 0) throw new Malformed(`${where} has a key without values`);
  return values.map((value) => {
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (!isScalar || !isOfKind(operator.kind, String(value))) {
      throw new Malformed(`${where} has a value that is not of its operator's type`);
    }
    return String(value);
  });
}

function isOfKind(kind: Operator['kind'], value: string): boolean {
  switch (kind) {
    case 'String':
      return hasValidVariables(value);
    case 'Arn':
      return isArnPattern(value);
    case 'Numeric':
      return parseNumber(value) !== null;
    case 'Date':
      return parseInstant(value) !== null;
    case 'Bool':
    case 'Null':
      return parseBoolean(value) !== null;
    case 'IpAddress':
      return isRange(value);
  }
}

/** Six parts, or one whole variable; what variables stand for is not known yet, so each stands for itself. */
function isArnPattern(value: string): boolean {
  if (!hasValidVariables(value)) return false;
  if (/^(?:\$\{[^}]+\})$/.test(value)) return true;
  const expansion = expand(value.replaceAll(/\$\{[^}]*\}/g, 'x'), new Map());
  const tokens: readonly Token[] = expansion.state === 'pattern' ? expansion.tokens : [];
  return tokens.length > 0 && matchesArn(tokens, '') !== null;
}
