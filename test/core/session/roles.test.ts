import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { evaluate } from '../../../core/iam/evaluate.ts';
import type { Permission, Statement } from '../../../core/policy/bundle.ts';
import { fence } from '../../../core/session/fence.ts';
import type { PolicyDocument } from '../../../core/session/policy-document.ts';
import { type TargetRole, targetRoles } from '../../../core/session/roles.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';
import { trustPolicy } from '../../../core/session/trust.ts';
import { ACCOUNT, BOUNDS, bundleOf, FILL, MINT, PERMISSION } from './fixture.ts';

const rolesOf = (...permissions: Permission[]) =>
  targetRoles(bundleOf(...permissions), ACCOUNT, { mintRoleArn: MINT });
const roleOf = (...permissions: Permission[]): TargetRole => {
  const [role] = rolesOf(...permissions);
  if (role === undefined) throw new Error('no role');
  return role;
};
const withStatements = (...statements: Statement[]): Permission => ({ ...PERMISSION, statements });
const withCondition = (Condition: Statement['Condition']) =>
  roleOf(withStatements({ Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['*'], Condition }))
    .permissions.Statement[0]?.Condition;

test('a role, whole', () => {
  const bucket = 'arn:aws:s3:::reports-444455556666';
  expect(rolesOf(PERMISSION)).toEqual([
    {
      name: 'reports',
      path: '/writ/',
      arn: 'arn:aws:iam::444455556666:role/writ/reports',
      maxSessionSeconds: 3600,
      trust: trustPolicy(MINT),
      permissions: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`${bucket}/*/*`] },
          {
            Effect: 'Allow',
            Action: ['s3:ListBucket'],
            Resource: [bucket],
            Condition: { StringLike: { 's3:prefix': ['*/*'] } },
          },
        ],
      },
      boundary: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'Most', Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' },
          {
            Sid: 'Contain',
            Effect: 'Deny',
            Resource: '*',
            Action: [
              'sts:*',
              'iam:*',
              'organizations:*',
              'account:*',
              'sso:*',
              'signin:*',
              'rolesanywhere:*',
            ],
          },
        ],
      },
      fence: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'Actions', Effect: 'Deny', NotAction: ['s3:GetObject', 's3:ListBucket'], Resource: '*' },
          { Sid: 'Resources1', Effect: 'Deny', Action: ['s3:GetObject'], NotResource: [`${bucket}/*/*`] },
          { Sid: 'Resources2', Effect: 'Deny', Action: ['s3:ListBucket'], NotResource: [bucket] },
        ],
      },
    },
  ]);
});

test('permissions of one role share it, those of other accounts do not', () => {
  const write: Permission = {
    ...PERMISSION,
    permission: 'reports-write',
    statements: [{ Sid: 'List', Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::x/*'] }],
  };
  const elsewhere: Permission = { ...PERMISSION, role: 'other', accounts: ['dev'] };
  const roles = rolesOf(PERMISSION, write, elsewhere);
  expect(roles.map(({ name }) => name)).toEqual(['reports']);
  expect(roles[0]?.permissions.Statement).toHaveLength(3);
  expect(roles[0]?.permissions.Statement.every(({ Sid }) => Sid === undefined)).toBe(true);
});

describe('the widest condition', () => {
  test.each([
    { from: 'StringEquals', to: 'StringLike' },
    { from: 'StringLike', to: 'StringLike' },
    { from: 'StringEqualsIfExists', to: 'StringLikeIfExists' },
    { from: 'ForAnyValue:StringEquals', to: 'ForAnyValue:StringLike' },
    { from: 'ArnEquals', to: 'ArnLike' },
  ])('turns $from with a parameter into $to', ({ from, to }) => {
    expect(withCondition({ [from]: { k: [`\${prefix}/x`] } })).toEqual({ [to]: { k: ['*/x'] } });
  });

  test.each(['StringNotEquals', 'StringNotLike', 'StringEqualsIgnoreCase', 'NumericLessThan', 'IpAddress'])(
    'drops %s with a parameter: no pattern says it',
    (operator) => {
      expect(withCondition({ [operator]: { k: [`\${prefix}`] } })).toBeUndefined();
    },
  );

  test.each(['StringEquals', 'StringNotEquals', 'NumericLessThan'])(
    'leaves %s without one as it is',
    (operator) => {
      expect(withCondition({ [operator]: { k: [`1\${account}`] } })).toEqual({
        [operator]: { k: ['1444455556666'] },
      });
    },
  );

  test('joins what lands on one key', () => {
    expect(withCondition({ StringEquals: { k: [`\${prefix}`] }, StringLike: { k: ['a*'] } })).toEqual({
      StringLike: { k: ['*', 'a*'] },
    });
  });
});

test('denies stay in the session policy', () => {
  const deny: Statement = {
    Effect: 'Deny',
    Action: ['s3:GetObject'],
    Resource: [`arn:aws:s3:::x/\${prefix}/no/*`],
  };
  expect(roleOf(withStatements(...PERMISSION.statements, deny)).permissions.Statement).toHaveLength(2);
});

test('a role that would allow nothing is a fault: its fence would have no bounds', () => {
  expect(() => rolesOf(withStatements())).toThrow(new Fault('misconfigured'));
});

describe('the fence', () => {
  const SESSION = 'arn:aws:sts::444455556666:assumed-role/reports/code-agent+01jd3v9q2m8x7c4b';
  /** A resource policy that names the session: past an implicit deny it would let it in. */
  const NAMES_SESSION: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: SESSION }, Action: '*', Resource: '*' }],
  };
  const ask = (permission: Permission, action: string, resource: string, fenced = true) => {
    const role = roleOf(permission);
    return evaluate(
      {
        action,
        resource,
        principal: SESSION,
        context: {
          'aws:CurrentTime': '2026-11-24T10:00:00Z',
          'aws:SourceIp': '192.0.2.7',
          'aws:ViaAWSService': 'false',
          's3:prefix': 'q3/',
        },
      },
      {
        identity: fenced ? [role.permissions, role.fence] : [role.permissions],
        boundary: role.boundary,
        session: JSON.parse(sessionPolicy(permission, FILL, BOUNDS)),
        resource: NAMES_SESSION,
      },
    ).decision;
  };

  test('holds against a resource policy that names the session, where nothing else does', () => {
    expect(ask(PERMISSION, 's3:DeleteObject', 'arn:aws:s3:::reports-444455556666/q3/x', false)).toBe(
      'allowed',
    );
    expect(ask(PERMISSION, 's3:DeleteObject', 'arn:aws:s3:::reports-444455556666/q3/x')).toBe('explicitDeny');
    expect(ask(PERMISSION, 's3:GetObject', 'arn:aws:s3:::payroll/q3/x')).toBe('explicitDeny');
  });

  test('never shuts out what the permission allows', () => {
    expect(ask(PERMISSION, 's3:GetObject', 'arn:aws:s3:::reports-444455556666/q3/x')).toBe('allowed');
    expect(ask(PERMISSION, 's3:ListBucket', 'arn:aws:s3:::reports-444455556666')).toBe('allowed');
  });

  test('knows that two patterns can mean one action, in any case', () => {
    const wide = withStatements(
      { Effect: 'Allow', Action: ['s3:Get*'], Resource: ['arn:aws:s3:::one/*'] },
      { Effect: 'Allow', Action: ['S3:*Object'], Resource: ['arn:aws:s3:::two/*'] },
    );
    expect(ask(wide, 's3:GetObject', 'arn:aws:s3:::one/x')).toBe('allowed');
    expect(ask(wide, 's3:GetObject', 'arn:aws:s3:::two/x')).toBe('allowed');
    expect(ask(wide, 's3:GetObject', 'arn:aws:s3:::three/x')).toBe('explicitDeny');
  });

  test('denies what no statement names, and never what one allows', () => {
    const some = (...from: string[]) => fc.subarray(from, { minLength: 1 });
    const statements = fc.array(
      fc.record({
        Effect: fc.constant('Allow' as const),
        Action: some('s3:Get*', 's3:GetObject', 's3:*Object', 'S3:put?bject', 's3:PutObject', 'sqs:*'),
        Resource: some('*', 'arn:aws:s3:::a', 'arn:aws:s3:::a/*', 'arn:aws:s3:::*/x', 'arn:aws:s3:::b/x'),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const action = fc.constantFrom(
      's3:GetObject',
      's3:PutObject',
      's3:GetAcl',
      's3:DeleteObject',
      'sqs:Send',
    );
    const resource = fc.constantFrom(
      'arn:aws:s3:::a',
      'arn:aws:s3:::a/x',
      'arn:aws:s3:::b/x',
      'arn:aws:s3:::b/y',
    );
    fc.assert(
      fc.property(statements, action, resource, (Statement, action, resource) => {
        const permissions: PolicyDocument = { Version: '2012-10-17', Statement };
        const decide = (...identity: PolicyDocument[]) =>
          evaluate({ action, resource, principal: SESSION, context: {} }, { identity }).decision;
        if (decide(permissions) === 'allowed') {
          expect(decide(permissions, fence(Statement))).toBe('allowed');
        }
        const named = Statement.some(
          ({ Action }) =>
            decide({ ...permissions, Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }) === 'allowed',
        );
        const inside = Statement.some(
          ({ Resource }) =>
            decide({ ...permissions, Statement: [{ Effect: 'Allow', Action: '*', Resource }] }) === 'allowed',
        );
        if (!named || !inside) expect(decide(permissions, fence(Statement))).toBe('explicitDeny');
      }),
      { numRuns: 300 },
    );
  });

  test('leaves an action that has no resource alone', () => {
    const any = withStatements(
      { Effect: 'Allow', Action: ['s3:ListAllMyBuckets'], Resource: ['*'] },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::one/*'] },
    );
    expect(roleOf(any).fence.Statement).toHaveLength(2);
    expect(ask(any, 's3:ListAllMyBuckets', '*')).toBe('allowed');
  });

  test('actions with the same resources share a statement', () => {
    const both = withStatements({
      Effect: 'Allow',
      Action: ['s3:b', 's3:a'],
      Resource: ['arn:aws:s3:::y', 'arn:aws:s3:::x'],
    });
    expect(roleOf(both).fence.Statement[1]).toEqual({
      Sid: 'Resources1',
      Effect: 'Deny',
      Action: ['s3:a', 's3:b'],
      NotResource: ['arn:aws:s3:::x', 'arn:aws:s3:::y'],
    });
  });
});

test('boundary: a lift of one permission leaves writes of IAM denied', () => {
  const lifted: Permission = { ...PERMISSION, lifts: ['iam:Get*'] };
  expect(roleOf(lifted, PERMISSION).boundary.Statement[1]).toMatchObject({ NotAction: ['iam:Get*', 's3:*'] });
});

test('a role of twenty permissions fits IAM: 2,048, 10,240 inline, 6,144 managed', () => {
  const many = Array.from(
    { length: 20 },
    (_, index): Permission => ({
      ...PERMISSION,
      permission: `p${index}`,
      statements: PERMISSION.statements.map((statement) => ({
        ...statement,
        Resource: statement.Resource.map((arn) => arn.replace('reports-', `reports-${index}-`)),
      })),
    }),
  );
  const role = roleOf(...many);
  expect(JSON.stringify(role.trust).length).toBeLessThanOrEqual(2048);
  expect(JSON.stringify(role.permissions).length).toBeLessThanOrEqual(10_240);
  expect(JSON.stringify(role.fence).length).toBeLessThanOrEqual(6144);
  expect(JSON.stringify(role.boundary).length).toBeLessThanOrEqual(6144);
});
