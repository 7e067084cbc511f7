import type { PolicyDocument, PolicyStatement } from '../session/policy-document.ts';
import { holds, list } from './conditions.ts';
import type { Context } from './context.ts';
import { matchesAction, matchesResource } from './match.ts';
import { type Caller, type Naming, naming } from './principal.ts';
import type { AwsRequest } from './request.ts';
import { allOf, anyOf, not, type Truth } from './truth.ts';

/** A request together with what is worked out from it once. */
export interface Question {
  readonly request: AwsRequest;
  readonly context: Context;
  readonly caller: Caller;
}

export interface Match {
  /** Sid, or the index in its document. */
  readonly statement: string;
  /** How a resource policy names the caller; `direct` in every other document. */
  readonly naming: Naming;
}

/** Statements of a document that deny the request, undecidable ones among them. */
export const denials = (document: PolicyDocument, question: Question, isResourcePolicy: boolean): Match[] =>
  matching(document, 'Deny', question, isResourcePolicy);

/** Statements of a document that allow the request, beyond doubt. */
export const allowances = (
  document: PolicyDocument,
  question: Question,
  isResourcePolicy: boolean,
): Match[] => matching(document, 'Allow', question, isResourcePolicy);

function matching(
  document: PolicyDocument,
  effect: 'Allow' | 'Deny',
  question: Question,
  isResourcePolicy: boolean,
): Match[] {
  return document.Statement.flatMap((statement, index) => {
    // What has no readable Effect is no Allow; parsePolicy refuses it, a Deny is the safe reading here.
    if ((statement.Effect === 'Allow') !== (effect === 'Allow')) return [];
    const named = principalOf(statement, question.caller, isResourcePolicy);
    const applies = allOf([
      named === null || named === false ? named : true,
      actionApplies(statement, question.request.action),
      resourceApplies(statement, question, isResourcePolicy),
      statement.Condition === undefined ? true : holds(statement.Condition, question.context),
    ]);
    const counts = effect === 'Deny' ? applies !== false : applies === true;
    return counts ? [{ statement: statement.Sid ?? String(index), naming: named || 'direct' }] : [];
  });
}

/** An identity policy, boundary or session policy is about its bearer and must not have the element. */
function principalOf(
  statement: PolicyStatement,
  caller: Caller,
  isResourcePolicy: boolean,
): Naming | false | null {
  if (isResourcePolicy) return naming(statement.Principal, caller);
  return statement.Principal === undefined ? 'direct' : null;
}

function actionApplies({ Action, NotAction }: PolicyStatement, action: string): Truth {
  if ((Action === undefined) === (NotAction === undefined)) return null;
  const listed = list(Action ?? NotAction ?? []).some((pattern) => matchesAction(pattern, action));
  return Action === undefined ? !listed : listed;
}

/** A trust policy has no `Resource`: it is about the role that bears it. */
function resourceApplies(
  { Resource, NotResource }: PolicyStatement,
  { request, context }: Question,
  isResourcePolicy: boolean,
): Truth {
  if (Resource === undefined && NotResource === undefined) return isResourcePolicy ? true : null;
  if (Resource !== undefined && NotResource !== undefined) return null;
  const results = list(Resource ?? NotResource ?? []).map((pattern) =>
    matchesResource(pattern, request.resource, context),
  );
  if (Resource !== undefined)
    return anyOf(results.map((result) => (result === 'unresolved' ? false : result)));
  // An exception that cannot be worked out: neither may it widen an Allow, nor free anything from a Deny.
  return not(anyOf(results.map((result) => (result === 'unresolved' ? null : result))));
}
