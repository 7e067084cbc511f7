import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, evaluateTrust } from '../../../core/iam/evaluate.ts';
import type { AppliedPolicies, AwsRequest, Evaluation } from '../../../core/iam/request.ts';
import type { PolicyDocument, PolicyStatement } from '../../../core/session/policy-document.ts';
import { cases } from './cases.ts';

/** Any statement of any case may meet any request of any case: few words, so that they do meet. */
const ALL = cases.flatMap(({ policies }) =>
  [policies.identity, policies.boundary ?? [], policies.session ?? [], policies.resource ?? []].flat(2),
);
const statements = ALL.flatMap(({ Statement }) => Statement);
const someStatement = fc.constantFrom(...statements);
const withEffect = (Effect: 'Allow' | 'Deny') =>
  someStatement.map((each): PolicyStatement => ({ ...each, Effect }));
const someDocument: fc.Arbitrary<PolicyDocument> = fc
  .array(someStatement, { maxLength: 4 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }));

const someRequest: fc.Arbitrary<AwsRequest> = fc
  .tuple(fc.constantFrom(...cases), fc.constantFrom(...cases), fc.constantFrom(...cases))
  .map(([one, two, three]) => ({
    ...one.request,
    principal: two.request.principal,
    context: { ...one.request.context, ...three.request.context },
  }));

const somePolicies: fc.Arbitrary<AppliedPolicies> = fc
  .record({
    identity: fc.array(someDocument, { maxLength: 2 }),
    boundary: fc.option(someDocument, { nil: undefined }),
    session: fc.option(someDocument, { nil: undefined }),
    resource: fc.option(someDocument, { nil: undefined }),
  })
  .map(({ identity, boundary, session, resource }) => ({
    identity,
    ...(boundary && { boundary }),
    ...(session && { session }),
    ...(resource && { resource }),
  }));

const someCase = fc.oneof(
  fc
    .constantFrom(...cases)
    .map(({ request, policies, trust }) => ({ request, policies, trust: trust === true })),
  fc.record({ request: someRequest, policies: somePolicies, trust: fc.boolean() }),
);

type Question = { request: AwsRequest; policies: AppliedPolicies; trust: boolean };
const decide = ({ request, policies, trust }: Question): Evaluation =>
  (trust ? evaluateTrust : evaluate)(request, policies);

/** Changes each document that is there. */
function mapDocuments(
  policies: AppliedPolicies,
  change: (document: PolicyDocument) => PolicyDocument,
): AppliedPolicies {
  const { identity, boundary, session, resource } = policies;
  return {
    identity: identity.map(change),
    ...(boundary && { boundary: change(boundary) }),
    ...(session && { session: change(session) }),
    ...(resource && { resource: change(resource) }),
  };
}

const kinds = fc.constantFrom<keyof AppliedPolicies>('identity', 'boundary', 'session', 'resource');

/** Adds a statement to one document, in front; a document that is not there is not made. */
function add(
  policies: AppliedPolicies,
  kind: keyof AppliedPolicies,
  statement: PolicyStatement,
): AppliedPolicies {
  const extended = mapDocuments(policies, (document) => ({
    ...document,
    Statement: [statement, ...document.Statement],
  }));
  return { ...policies, ...(policies[kind] !== undefined && { [kind]: extended[kind] }) };
}

test('adding a Deny never allows', () => {
  fc.assert(
    fc.property(someCase, kinds, withEffect('Deny'), (question, kind, statement) => {
      const after = decide({ ...question, policies: add(question.policies, kind, statement) });
      expect(after.allowed && !decide(question).allowed).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('adding a Deny policy to an identity never allows', () => {
  fc.assert(
    fc.property(someCase, withEffect('Deny'), (question, statement) => {
      const { policies } = question;
      const document: PolicyDocument = { Version: '2012-10-17', Statement: [statement] };
      const after = decide({
        ...question,
        policies: { ...policies, identity: [...policies.identity, document] },
      });
      expect(after.allowed && !decide(question).allowed).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('adding an Allow never denies', () => {
  fc.assert(
    fc.property(someCase, kinds, withEffect('Allow'), (question, kind, statement) => {
      const after = decide({ ...question, policies: add(question.policies, kind, statement) });
      expect(decide(question).allowed && !after.allowed).toBe(false);
      expect(after.decision === 'explicitDeny').toBe(decide(question).decision === 'explicitDeny');
    }),
    { numRuns: 500 },
  );
});

test('taking a session policy or boundary away never denies', () => {
  fc.assert(
    fc.property(someCase, (question) => {
      const { identity, resource } = question.policies;
      const after = decide({ ...question, policies: { identity, ...(resource && { resource }) } });
      expect(decide(question).allowed && !after.allowed).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('the order of policies, statements, values and keys never matters', () => {
  fc.assert(
    fc.property(someCase, (question) => {
      const { request, policies } = question;
      const reversed = mapDocuments(policies, ({ Version, Statement }) => ({
        Version,
        Statement: reversedLists(Statement),
      }));
      const after = decide({
        ...question,
        request: { ...request, context: reversedLists(request.context) },
        policies: { ...reversed, identity: [...reversed.identity].reverse() },
      });
      expect(after.decision).toBe(decide(question).decision);
    }),
    { numRuns: 500 },
  );
});

/** Turns every list and the order of every object's keys around. */
function reversedLists<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) => {
    if (Array.isArray(each)) return [...each].reverse();
    return typeof each === 'object' && each !== null
      ? Object.fromEntries(Object.entries(each).reverse())
      : each;
  });
}

test('what is allowed is allowed by a statement that is there', () => {
  fc.assert(
    fc.property(someCase, (question) => {
      const { allowed, by } = decide(question);
      if (allowed) expect(by?.statement).not.toBe('');
    }),
  );
});
