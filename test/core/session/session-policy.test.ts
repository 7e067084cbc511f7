import { describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { evaluate } from '../../../core/iam/evaluate.ts';
import { minified } from '../../../core/session/minified.ts';
import type { PolicyDocument } from '../../../core/session/policy-document.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';
import { ACCOUNT, BOUNDS, DEADLINE, FILL, PERMISSION } from './fixture.ts';

const MISCONFIGURED = new Fault('misconfigured');
const parsed = (text: string): PolicyDocument => JSON.parse(text);
const statement = (text: string, sid: string) => parsed(text).Statement.find(({ Sid }) => Sid === sid);
const valid = () => sessionPolicy(PERMISSION, FILL, BOUNDS);

test('a session policy, whole', () => {
  expect(parsed(valid())).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports-444455556666/q3/*' },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::reports-444455556666',
        Condition: { StringLike: { 's3:prefix': 'q3/*' } },
      },
      {
        Sid: 'Deadline',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-24T11:00:00Z' } },
      },
      {
        Sid: 'Place',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          NotIpAddress: { 'aws:SourceIp': '192.0.2.7/32' },
          Bool: { 'aws:ViaAWSService': 'false' },
        },
      },
      {
        Sid: 'Contain',
        Effect: 'Deny',
        Resource: '*',
        Action: ['sts:*', 'iam:*', 'organizations:*', 'account:*', 'sso:*', 'signin:*', 'rolesanywhere:*'],
      },
    ],
  });
});

test('a list of one statement stays a list', () => {
  const text = minified({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['a:b'], Resource: ['*'] }],
  });
  expect(text).toBe(
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}]}',
  );
});

test('the text is minified, and the same input gives the same text', () => {
  expect(valid()).not.toMatch(/[\n\t]|": |, "/);
  expect(valid()).toBe(valid());
});

describe('place', () => {
  test('several blocks are one list', () => {
    const place = { kind: 'cidrs', cidrs: ['192.0.2.0/24', '2001:db8::/32'] } as const;
    expect(statement(sessionPolicy(PERMISSION, FILL, { ...BOUNDS, place }), 'Place')?.Condition).toEqual({
      NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] },
      Bool: { 'aws:ViaAWSService': 'false' },
    });
  });

  test('a VPC', () => {
    const place = { kind: 'vpcs', vpcs: ['vpc-1'] } as const;
    expect(statement(sessionPolicy(PERMISSION, FILL, { ...BOUNDS, place }), 'Place')?.Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpc': 'vpc-1' },
      Bool: { 'aws:ViaAWSService': 'false' },
    });
  });

  test('anywhere denies nothing', () => {
    const text = sessionPolicy(PERMISSION, FILL, { ...BOUNDS, place: { kind: 'anywhere' } });
    expect(statement(text, 'Place')).toBeUndefined();
  });

  test.each([{ kind: 'cidrs', cidrs: [] } as const, { kind: 'vpcs', vpcs: [] } as const])(
    'an empty list of $kind is not anywhere',
    (place) => {
      expect(() => sessionPolicy(PERMISSION, FILL, { ...BOUNDS, place })).toThrow(MISCONFIGURED);
    },
  );
});

describe('containment', () => {
  test('with a lift spares the lifted reads and the services that are allowed, and no other', () => {
    const lifted = { ...PERMISSION, lifts: ['iam:List*', 'iam:Get*'] } as const;
    expect(statement(sessionPolicy(lifted, FILL, BOUNDS), 'Contain')).toEqual({
      Sid: 'Contain',
      Effect: 'Deny',
      Resource: '*',
      NotAction: ['iam:Get*', 'iam:List*', 's3:*'],
    });
  });

  test('a lift never spares sts or the rest of iam, even if a statement allows it', () => {
    const statements = [
      { Effect: 'Allow', Action: ['iam:GetRole', 'sts:AssumeRole'], Resource: ['*'] } as const,
    ];
    const text = sessionPolicy({ ...PERMISSION, statements, lifts: ['iam:Get*'] }, FILL, BOUNDS);
    expect(statement(text, 'Contain')?.NotAction).toBe('iam:Get*');
  });

  test('a lift does not spare a service that the permission itself denies', () => {
    const statements = [
      ...PERMISSION.statements,
      { Effect: 'Deny', Action: ['kms:*'], Resource: ['*'] } as const,
    ];
    const text = sessionPolicy({ ...PERMISSION, statements, lifts: ['iam:Get*'] }, FILL, BOUNDS);
    expect(statement(text, 'Contain')?.NotAction).toEqual(['iam:Get*', 's3:*']);
  });

  test('a lift is not widened by an action in upper case', () => {
    const statements = [
      { Effect: 'Allow', Action: ['IAM:GetRole', 'S3:GetObject'], Resource: ['*'] } as const,
    ];
    const text = sessionPolicy({ ...PERMISSION, statements, lifts: ['iam:Get*'] }, FILL, BOUNDS);
    expect(statement(text, 'Contain')?.NotAction).toEqual(['iam:Get*', 's3:*']);
  });

  test.each(['*', 's*3:GetObject', 's3'])(
    'a lift beside an action that names no service (%s) is a fault',
    (action) => {
      const statements = [{ Effect: 'Allow', Action: [action], Resource: ['*'] } as const];
      const lifted = { ...PERMISSION, statements, lifts: ['iam:Get*'] } as const;
      expect(() => sessionPolicy(lifted, FILL, BOUNDS)).toThrow(MISCONFIGURED);
    },
  );
});

describe('parameters', () => {
  const withResource = (resource: string) => ({
    ...PERMISSION,
    statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [resource] } as const],
  });
  const resourceOf = (resource: string, parameters: { [name: string]: string }) =>
    parsed(sessionPolicy(withResource(resource), { parameters, account: ACCOUNT }, BOUNDS)).Statement[0]
      ?.Resource;

  test('are filled in from the request and the account, as often as they stand there', () => {
    expect(resourceOf(`a/\${region}/\${account}/\${prefix}-\${prefix}`, { prefix: 'q3' })).toBe(
      'a/eu-central-1/444455556666/q3-q3',
    );
  });

  test.each([`\${aws:PrincipalTag/writ:task}`, `\${*}`, `\${?}`, `\${$}`])(
    'IAM’s own %s stays',
    (variable) => {
      expect(resourceOf(`a/${variable}/\${prefix}`, { prefix: 'q3' })).toBe(`a/${variable}/q3`);
    },
  );

  test.each(['*', 'q?', 'q3/*', `\${aws:userid}`, '$', '{', '}', 'q\n3', 'q\0', 'é', ''])(
    'the value %j is a fault',
    (prefix) => {
      expect(() => resourceOf(`a/\${prefix}`, { prefix })).toThrow(MISCONFIGURED);
    },
  );

  test.each(['"', '\\', '&', 'a","Effect":"Allow'])('the value %j stays a value', (prefix) => {
    expect(resourceOf(`a/\${prefix}`, { prefix })).toBe(`a/${prefix}`);
  });

  test('a value that spells another parameter is not filled in again', () => {
    expect(() => resourceOf(`\${a}`, { a: `\${b}`, b: 'x' })).toThrow(MISCONFIGURED);
  });

  test.each(['unknown', 'constructor', 'toString'])('%s without value is a fault', (name) => {
    expect(() => resourceOf(`a/\${${name}}`, {})).toThrow(MISCONFIGURED);
  });

  test.each(['account', 'region'])('nobody gives himself another %s', (name) => {
    expect(() => resourceOf(`a/\${${name}}`, { [name]: 'x' })).toThrow(MISCONFIGURED);
  });

  test('the fault never quotes the value', () => {
    expect(() => resourceOf(`a/\${prefix}`, { prefix: 'secret*' })).not.toThrow(/secret/);
  });
});

describe('limits', () => {
  const withDescription = (resource: string) => ({
    ...PERMISSION,
    statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [resource] } as const],
  });
  const empty = sessionPolicy(withDescription(''), FILL, BOUNDS).length;

  test('2,048 characters fit, one more does not', () => {
    expect(sessionPolicy(withDescription('a'.repeat(2048 - empty)), FILL, BOUNDS)).toHaveLength(2048);
    expect(() => sessionPolicy(withDescription('a'.repeat(2049 - empty)), FILL, BOUNDS)).toThrow(
      MISCONFIGURED,
    );
  });

  test('a character that STS does not take is a fault', () => {
    expect(() => sessionPolicy(withDescription('名'), FILL, BOUNDS)).toThrow(MISCONFIGURED);
  });

  test.each([Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY])('the deadline %d is a fault', (deadline) => {
    expect(() => sessionPolicy(PERMISSION, FILL, { ...BOUNDS, deadline })).toThrow(MISCONFIGURED);
  });
});

describe('as IAM reads it', () => {
  const ALL: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  const HERE = {
    'aws:CurrentTime': new Date((DEADLINE - 1) * 1000).toISOString(),
    'aws:SourceIp': '192.0.2.7',
    'aws:ViaAWSService': 'false',
  };
  const ask = (change: { action?: string; resource?: string; context?: object }, text = valid()) =>
    evaluate(
      {
        action: change.action ?? 's3:GetObject',
        resource: change.resource ?? 'arn:aws:s3:::reports-444455556666/q3/figures.csv',
        principal: 'arn:aws:sts::444455556666:assumed-role/reports/code-agent+01jd3v9q2m8x7c4b',
        context: { ...HERE, ...change.context },
      },
      { identity: [ALL], session: parsed(text) },
    ).decision;

  test('what was granted is allowed, until a second before the deadline', () => {
    expect(ask({})).toBe('allowed');
  });

  test.each([
    { what: 'another prefix', change: { resource: 'arn:aws:s3:::reports-444455556666/q30/x' } },
    { what: 'another action', change: { action: 's3:PutObject' } },
  ])('$what is not allowed', ({ change }) => {
    expect(ask(change)).toBe('implicitDeny');
  });

  test.each([
    { what: 'the deadline itself', change: { context: { 'aws:CurrentTime': '2026-11-24T11:00:00Z' } } },
    { what: 'another address', change: { context: { 'aws:SourceIp': '192.0.2.8' } } },
    {
      what: 'AssumeRole',
      change: { action: 'sts:AssumeRole', resource: 'arn:aws:iam::444455556666:role/x' },
    },
    { what: 'a read of IAM', change: { action: 'iam:GetRole', resource: '*' } },
  ])('$what is denied', ({ change }) => {
    expect(ask(change)).toBe('explicitDeny');
  });

  test('a service that acts for the session has its own address', () => {
    const context = { 'aws:SourceIp': '203.0.113.1', 'aws:ViaAWSService': 'true' };
    expect(ask({ context })).toBe('allowed');
  });

  test('a lift lets reads of IAM through and no write', () => {
    const statements = [
      { Effect: 'Allow', Action: ['iam:GetRole', 'iam:PassRole', 's3:GetObject'], Resource: ['*'] } as const,
    ];
    const text = sessionPolicy({ ...PERMISSION, statements, lifts: ['iam:Get*'] }, FILL, BOUNDS);
    expect(ask({ action: 'iam:GetRole', resource: '*' }, text)).toBe('allowed');
    expect(ask({ action: 's3:GetObject' }, text)).toBe('allowed');
    expect(ask({ action: 'iam:PassRole', resource: '*' }, text)).toBe('explicitDeny');
    expect(ask({ action: 'sts:AssumeRole', resource: '*' }, text)).toBe('explicitDeny');
  });
});
