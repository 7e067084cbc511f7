import type { PolicyDocument } from './policy-document.ts';

/** Where IAM takes one text or a list of them, and one text is three characters shorter. */
const ONE_OR_MORE = new Set(['Action', 'NotAction', 'Resource', 'NotResource']);

/**
 * JSON without white space, lists of one written as their element, an empty `Condition` left out: what counts
 * against STS's limit is the text, and IAM reads both forms alike.
 */
export function minified(document: PolicyDocument): string {
  return JSON.stringify(document, (key, value: unknown) => {
    if (ONE_OR_MORE.has(key)) return oneAlone(value);
    if (key === 'Condition') return shortened(value);
    return value;
  });
}

/** Two levels: operator, then condition key. */
function shortened(condition: unknown): unknown {
  const operators = Object.entries(Object(condition)).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(Object(keys)).map(([key, values]) => [key, oneAlone(values)])),
  ]);
  return operators.length === 0 ? undefined : Object.fromEntries(operators);
}

const oneAlone = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);
