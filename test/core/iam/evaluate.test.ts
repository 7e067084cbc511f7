import { describe, expect, test } from 'vitest';
import { evaluate, evaluateTrust } from '../../../core/iam/evaluate.ts';
import { parsePolicy } from '../../../core/iam/parse.ts';
import type { AppliedPolicies, Evaluation } from '../../../core/iam/request.ts';
import { allow, deny, identity, policy, request } from './cases/iam-case.ts';
import { cases, type IamCase } from './cases.ts';

const decide = ({ request, policies, trust }: IamCase): Evaluation =>
  (trust ? evaluateTrust : evaluate)(request, policies);

describe('cases worked out by hand from the AWS documentation', () => {
  test.each(cases)('$name', (each) => {
    const verdict = decide(each);
    expect(verdict).toMatchObject({ decision: each.expected, allowed: each.expected === 'allowed' });
    if (each.by !== undefined) expect(verdict.by?.document).toBe(each.by);
  });

  test('no two cases have one name', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  test('each case but our own fail-closed ones consists of documents that AWS would store', () => {
    const refused = cases.filter(({ ours }) => !ours).flatMap((each) => problems(each));
    expect(refused).toEqual([]);
  });

  function problems({ name, policies, trust }: IamCase): string[] {
    const kinds = (kind: keyof AppliedPolicies) =>
      kind === 'resource' ? (trust ? 'trust' : 'resource') : 'identity';
    return (['identity', 'boundary', 'session', 'resource'] as const).flatMap((kind) =>
      [policies[kind] ?? []].flat().flatMap((document) => {
        const parsed = parsePolicy(JSON.stringify(document), kinds(kind));
        return parsed.ok ? [] : [`${name}: ${parsed.problem}`];
      }),
    );
  }
});

describe('what a verdict names', () => {
  test('the Sid of the statement that denies', () => {
    const verdict = evaluate(request(), identity(allow(), deny({ Sid: 'Deadline' })));
    expect(verdict.by).toEqual({ document: 'identity', statement: 'Deadline' });
  });

  test('the index of a statement without Sid', () => {
    const verdict = evaluate(request(), identity(allow({ Action: 'sqs:*' }), allow()));
    expect(verdict.by).toEqual({ document: 'identity', statement: '1' });
  });

  test('no statement where none allows, but the document that should have', () => {
    const verdict = evaluate(request(), {
      ...identity(allow()),
      session: policy(allow({ Action: 'sqs:*' })),
    });
    expect(verdict.by).toEqual({ document: 'session', statement: '' });
  });
});

test('a caller that is no principal gets nothing, from everyone’s grant either', () => {
  const policies = { ...identity(allow()), resource: policy(allow({ Principal: '*' })) };
  expect(evaluate(request({ principal: 'alice' }), policies)).toEqual({
    allowed: false,
    decision: 'implicitDeny',
    by: null,
  });
});

describe('statements that AWS would not store fail closed', () => {
  test.each([
    ['both Action and NotAction', { Action: 's3:*', NotAction: 'iam:*' }],
    ['neither Action nor NotAction', { Action: undefined }],
    ['both Resource and NotResource', { NotResource: 'arn:aws:s3:::x' }],
    ['neither Resource nor NotResource', { Resource: undefined }],
    ['a Principal in an identity policy', { Principal: '*' }],
    ['a variable before the fifth colon', { Resource: 'arn:aws:s3:${aws:PrincipalTag/region}::reports/*' }],
  ] as const)('%s', (_, change) => {
    expect(evaluate(request(), identity(allow(change))).decision).toBe('implicitDeny');
    expect(evaluate(request(), identity(allow(), deny(change))).decision).toBe('explicitDeny');
  });
});
