/** Whether two policy documents say the same, however they are written down. */
import { isJsonObject, type JsonObject, parseIJson } from '../encoding/i-json.ts';
import { jcs } from '../encoding/jcs.ts';
import type { PolicyDocument } from '../session/policy-document.ts';

/** IAM takes one element or a list of it, in any order, and CloudFormation hands on either. */
const LISTS = ['Action', 'NotAction', 'Resource', 'NotResource', 'AWS', 'Service', 'Federated'];

/** @param text - As IAM hands it out, decoded. Text that cannot be read is the same as nothing. */
export function isSameDocument(text: string, wanted: PolicyDocument): boolean {
  const read = parseIJson(text);
  return read.ok && isJsonObject(read.value) && canonical(read.value) === canonical({ ...wanted });
}

function canonical(document: JsonObject): string {
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return jcs({ ...document, Statement: statements.map((one) => jcs(normal(one))).sort() });
}

function normal(value: unknown, name = ''): unknown {
  if (isJsonObject(value)) {
    const entries = Object.entries(value);
    // Below `Condition` names are operators, and below those every value is a list of texts.
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, name === 'Condition' ? operator(inner) : normal(inner, key)]),
    );
  }
  if (LISTS.includes(name)) return list(value);
  return value;
}

/** `{StringLike: {key: value or values}}`: values as texts, keys without regard to case. */
const operator = (keys: unknown): unknown =>
  isJsonObject(keys)
    ? Object.fromEntries(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), list(values)]))
    : keys;

const list = (value: unknown): readonly string[] =>
  [...new Set((Array.isArray(value) ? value : [value]).map(String))].sort();
