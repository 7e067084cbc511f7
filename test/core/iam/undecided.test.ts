import { describe, expect, test } from 'vitest';
import { holds } from '../../../core/iam/conditions.ts';
import { toContext } from '../../../core/iam/context.ts';
import { evaluate } from '../../../core/iam/evaluate.ts';
import type { Conditions } from '../../../core/session/policy-document.ts';
import { allow, deny, identity, request } from './cases/iam-case.ts';

/** What cannot be worked out allows nothing and frees nothing from a Deny. */
describe('a condition on what cannot be read is neither true nor false', () => {
  test.each<[Conditions, string]>([
    [{ Bool: { 'aws:x': 'false' } }, 'maybe'],
    [{ NumericLessThan: { 'aws:x': '5' } }, 'many'],
    [{ DateGreaterThanEquals: { 'aws:x': '2026-11-24T12:00:00Z' } }, 'tomorrow'],
    [{ IpAddress: { 'aws:x': '192.0.2.0/24' } }, 'here'],
    [{ Bool: { 'aws:x': 'maybe' } }, 'false'],
  ])('%j with %j', (conditions, actual) => {
    expect(holds(conditions, toContext({ 'aws:x': actual }))).toBeNull();
  });
});

describe('a variable without a value', () => {
  const elsewhere = 'arn:aws:s3:::reports/${aws:PrincipalTag/none}/*';

  test('in an exception of an Allow allows nothing', () => {
    const policies = identity(allow({ Resource: undefined, NotResource: elsewhere }));
    expect(evaluate(request(), policies).decision).toBe('implicitDeny');
  });

  test('in an exception of a Deny frees nothing', () => {
    const policies = identity(allow(), deny({ Resource: undefined, NotResource: elsewhere }));
    expect(evaluate(request(), policies).decision).toBe('explicitDeny');
  });

  test('in a Resource matches nothing', () => {
    expect(evaluate(request(), identity(allow({ Resource: elsewhere }))).decision).toBe('implicitDeny');
    expect(evaluate(request(), identity(allow(), deny({ Resource: elsewhere }))).decision).toBe('allowed');
  });
});
