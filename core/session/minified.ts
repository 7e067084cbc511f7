import type { PolicyDocument, PolicyStatement } from './policy-document.ts';

/** Where IAM takes one text or a list of them, and one text is three characters shorter. */
const ONE_OR_MORE = new Set(['Action', 'NotAction', 'Resource', 'NotResource']);

/**
 * JSON without white space, lists of one written as their element, an empty `Condition` left out: what counts
 * against STS's limit is the text, and IAM reads both forms alike.
 */
export const minified = (document: PolicyDocument): string =>
  JSON.stringify({ ...document, Statement: document.Statement.map(shortStatement) });

const shortStatement = (statement: PolicyStatement) =>
  mapValues(statement, (value, name) => {
    if (name === 'Condition') return shortCondition(value);
    return ONE_OR_MORE.has(name) ? oneAlone(value) : value;
  });

/** Two levels: operator, then condition key. JSON leaves out what is `undefined`. */
function shortCondition(condition: unknown): object | undefined {
  const short = mapValues(Object(condition), (keys) => mapValues(Object(keys), oneAlone));
  return Object.keys(short).length === 0 ? undefined : short;
}

const oneAlone = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

const mapValues = (object: object, change: (value: unknown, name: string) => unknown): object =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
