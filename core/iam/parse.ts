import { isJsonObject, type JsonObject, parseIJson } from '../encoding/i-json.ts';
import { MAX_POLICY_CHARS } from '../limits.ts';
import type { Conditions, PolicyDocument, PolicyStatement } from '../session/policy-document.ts';
import { Malformed, refuseUnknown, strings } from './malformed.ts';
import { variableBeforeResource } from './match.ts';
import { parseConditions } from './parse-conditions.ts';
import { parsePrincipal } from './parse-principal.ts';
import { hasValidVariables } from './variables.ts';

/**
 * Where a document stands. `identity`: role, boundary, session and deny policies, about their bearer.
 * `resource`: a bucket policy. `trust`: a role's, without `Resource`, about `sts:` actions alone.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  /** Where and what, in our words: never a piece of the document. */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a policy strictly; what STS and IAM answer with `MalformedPolicyDocument` is refused here. Refused beyond
 * that, because a reader could take it for more than it does: a missing or older `Version` (variables would be plain
 * text), an empty `Condition`, and what the evaluator does not know (`NotPrincipal`, `Federated`, `BinaryEquals`).
 *
 * @returns The document with `Statement` always a list, and condition values always strings.
 * @see IAM User Guide, "Grammar of the IAM JSON policy language"
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  try {
    return { ok: true, document: parseDocument(text, kind) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.problem };
    throw error;
  }
}

function parseDocument(text: string, kind: PolicyKind): PolicyDocument {
  if (text.length > MAX_POLICY_CHARS) throw new Malformed('the document is too long');
  // An element that comes twice, too: IAM refuses it, and `JSON.parse` would silently keep the last.
  const read = parseIJson(text);
  if (!read.ok) throw new Malformed(`the document: ${read.problem}`);
  const json = read.value;
  if (!isJsonObject(json)) throw new Malformed('the document is no JSON object');
  refuseUnknown(
    json,
    kind === 'identity' ? ['Version', 'Statement'] : ['Version', 'Id', 'Statement'],
    'document',
  );
  if (json.Version !== '2012-10-17') throw new Malformed('Version must be 2012-10-17');
  if (json.Id !== undefined && typeof json.Id !== 'string') throw new Malformed('Id must be a string');
  const statements = Array.isArray(json.Statement) ? json.Statement : [json.Statement];
  if (statements.length === 0) throw new Malformed('Statement is empty');
  const parsed = statements.map((statement: unknown, index) =>
    parseStatement(statement, kind, `statement ${index}`),
  );
  const sids = parsed.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
  if (new Set(sids).size < sids.length) throw new Malformed('two statements have the same Sid');
  return { Version: '2012-10-17', Statement: parsed };
}

const ELEMENTS = {
  identity: ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  resource: ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  trust: ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Condition'],
} as const;

function parseStatement(json: unknown, kind: PolicyKind, where: string): PolicyStatement {
  if (!isJsonObject(json)) throw new Malformed(`${where} is no object`);
  refuseUnknown(json, ELEMENTS[kind], where);
  if (json.Effect !== 'Allow' && json.Effect !== 'Deny') {
    throw new Malformed(`${where}: Effect must be Allow or Deny`);
  }
  return {
    ...parseSid(json, kind, where),
    Effect: json.Effect,
    ...(kind === 'identity' ? {} : { Principal: parsePrincipal(json.Principal, where) }),
    ...parseActions(json, kind, where),
    ...(kind === 'trust' ? {} : parseResources(json, where)),
    ...parseCondition(json, where),
  };
}

function parseSid({ Sid }: JsonObject, kind: PolicyKind, where: string): { Sid?: string } {
  if (Sid === undefined) return {};
  const alphabet = kind === 'resource' ? /^(?:[\w. -]{0,128})$/ : /^(?:[A-Za-z0-9]{0,128})$/;
  if (typeof Sid !== 'string' || !alphabet.test(Sid))
    throw new Malformed(`${where}: Sid has other characters`);
  return Sid === '' ? {} : { Sid };
}

/** "Vendors must not contain wildcards": `s*:Get*` is refused, `*` is every action. */
const ACTION = /^(?:\*|\*:\*|[a-z0-9-]+:[a-z0-9*?]+)$/i;

function parseActions(
  json: JsonObject,
  kind: PolicyKind,
  where: string,
): { Action: string[] } | { NotAction: string[] } {
  const element = exactlyOne(json, 'Action', 'NotAction', where);
  const values = strings(json[element], `${where}: ${element}`);
  if (!values.every((value) => ACTION.test(value)))
    throw new Malformed(`${where}: ${element} names no action`);
  if (kind === 'trust' && !values.every((value) => /^sts:/i.test(value))) {
    throw new Malformed(`${where}: a trust policy is about sts: actions`);
  }
  return element === 'Action' ? { Action: values } : { NotAction: values };
}

/** The service must be named without wildcards; variables may stand after the fifth colon. */
const RESOURCE = /^(?:\*|arn:[a-z*?-]+:[a-z0-9-]+:\P{Cc}{1,2000})$/u;

function parseResources(json: JsonObject, where: string): { Resource: string[] } | { NotResource: string[] } {
  const element = exactlyOne(json, 'Resource', 'NotResource', where);
  const values = strings(json[element], `${where}: ${element}`);
  for (const value of values) {
    if (!RESOURCE.test(value)) throw new Malformed(`${where}: ${element} must be "*" or an ARN`);
    if (!hasValidVariables(value)) throw new Malformed(`${where}: ${element} has a malformed variable`);
    if (variableBeforeResource(value))
      throw new Malformed(`${where}: ${element} has a variable before the fifth colon`);
  }
  return element === 'Resource' ? { Resource: values } : { NotResource: values };
}

function exactlyOne<A extends string, B extends string>(
  json: JsonObject,
  one: A,
  other: B,
  where: string,
): A | B {
  if ((json[one] === undefined) === (json[other] === undefined)) {
    throw new Malformed(`${where}: exactly one of ${one} and ${other} is needed`);
  }
  return json[one] === undefined ? other : one;
}

function parseCondition({ Condition }: JsonObject, where: string): { Condition?: Conditions } {
  return Condition === undefined ? {} : { Condition: parseConditions(Condition, `${where}: Condition`) };
}
