import type { Context } from './context.ts';
import { parseInstant } from './instant.ts';
import { inRange } from './ip-range.ts';
import { matchesArn, matchesTokens } from './match.ts';
import type { Truth } from './truth.ts';
import { expand, type Token } from './variables.ts';

/** Compares one value of the policy with one of the request; null when either is not of the operator's type. */
export type Comparison = (wanted: string, actual: string, context: Context) => Truth;

export interface Operator {
  readonly kind: 'String' | 'Numeric' | 'Date' | 'Bool' | 'IpAddress' | 'Arn' | 'Null';
  readonly compare: Comparison;
  /** `…Not…`: true when no value of the policy matches, and true when the key is missing. */
  readonly negated: boolean;
}

export interface QualifiedOperator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | null;
  readonly ifExists: boolean;
  readonly operator: Operator;
}

/** String and ARN operators expand variables; one that has no value is equal to nothing and like nothing. */
const expanded =
  (compare: (tokens: readonly Token[], actual: string) => Truth): Comparison =>
  (wanted, actual, context) => {
    const expansion = expand(wanted, context);
    if (expansion.state === 'pattern') return compare(expansion.tokens, actual);
    return expansion.state === 'unresolved' ? false : null;
  };

const literal = (tokens: readonly Token[]): string =>
  tokens.map((token) => ('wild' in token ? token.wild : token.char)).join('');

const equals = expanded((tokens, actual) => literal(tokens) === actual);
const equalsIgnoreCase = expanded((tokens, actual) => literal(tokens).toLowerCase() === actual.toLowerCase());
const like = expanded(matchesTokens);
const arnLike = expanded(matchesArn);

const ordered =
  (parse: (text: string) => number | null, holds: (actual: number, wanted: number) => boolean): Comparison =>
  (wanted, actual) => {
    const left = parse(actual);
    const right = parse(wanted);
    return left === null || right === null ? null : holds(left, right);
  };

/** At most 15 digits, which a double holds exactly. */
export function parseNumber(text: string): number | null {
  return /^(?:[+-]?\d{1,15}(?:\.\d{1,6})?)$/.test(text) && text.replace(/\D/g, '').length <= 15
    ? Number(text)
    : null;
}

export function parseBoolean(text: string): boolean | null {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : null;
}

const bool: Comparison = (wanted, actual) => {
  const [left, right] = [parseBoolean(actual), parseBoolean(wanted)];
  return left === null || right === null ? null : left === right;
};

const positive = (kind: Operator['kind'], compare: Comparison): Operator => ({
  kind,
  compare,
  negated: false,
});
const negative = (kind: Operator['kind'], compare: Comparison): Operator => ({
  kind,
  compare,
  negated: true,
});

const ORDERS: readonly [string, (actual: number, wanted: number) => boolean][] = [
  ['Equals', (actual, wanted) => actual === wanted],
  ['LessThan', (actual, wanted) => actual < wanted],
  ['LessThanEquals', (actual, wanted) => actual <= wanted],
  ['GreaterThan', (actual, wanted) => actual > wanted],
  ['GreaterThanEquals', (actual, wanted) => actual >= wanted],
];

function orderedOperators(
  kind: 'Numeric' | 'Date',
  parse: (text: string) => number | null,
): [string, Operator][] {
  const equal = ordered(parse, (actual, wanted) => actual === wanted);
  return [
    ...ORDERS.map(([name, holds]): [string, Operator] => [
      `${kind}${name}`,
      positive(kind, ordered(parse, holds)),
    ]),
    [`${kind}NotEquals`, negative(kind, equal)],
  ];
}

/** All that AWS documents but `BinaryEquals`, which no policy of ours or of our roles uses. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', positive('String', equals)],
  ['StringNotEquals', negative('String', equals)],
  ['StringEqualsIgnoreCase', positive('String', equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', negative('String', equalsIgnoreCase)],
  ['StringLike', positive('String', like)],
  ['StringNotLike', negative('String', like)],
  ...orderedOperators('Numeric', parseNumber),
  ...orderedOperators('Date', parseInstant),
  ['Bool', positive('Bool', bool)],
  ['IpAddress', positive('IpAddress', inRange)],
  ['NotIpAddress', negative('IpAddress', inRange)],
  ['ArnEquals', positive('Arn', arnLike)],
  ['ArnLike', positive('Arn', arnLike)],
  ['ArnNotEquals', negative('Arn', arnLike)],
  ['ArnNotLike', negative('Arn', arnLike)],
  // Compared with `true` when the key is missing, with `false` when it is there (conditions.ts).
  ['Null', positive('Null', bool)],
]);

const NAME = /^(?:(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?)$/;

/** @returns null for an operator that does not exist; `Null` takes neither set operator nor `IfExists`. */
export function parseOperator(name: string): QualifiedOperator | null {
  const match = NAME.exec(name);
  const operator = OPERATORS.get(match?.[2] ?? '');
  if (match === null || operator === undefined) return null;
  const set = match[1] === 'ForAllValues' || match[1] === 'ForAnyValue' ? match[1] : null;
  const ifExists = match[3] !== undefined;
  return operator.kind === 'Null' && (set !== null || ifExists) ? null : { set, ifExists, operator };
}
