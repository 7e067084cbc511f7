import { describe, expect, test } from 'vitest';
import { type ParsedPolicy, type PolicyKind, parsePolicy } from '../../../core/iam/parse.ts';

const STATEMENT = {
  Sid: 'Read',
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: ['arn:aws:s3:::reports/*'],
};
const TRUST = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:role/mint' },
  Action: 'sts:AssumeRole',
};

const document = (change: object = {}) => ({ Version: '2012-10-17', Statement: [STATEMENT], ...change });
const parse = (json: unknown, kind: PolicyKind = 'identity'): ParsedPolicy =>
  parsePolicy(JSON.stringify(json), kind);
const withStatement = (change: object, kind: PolicyKind = 'identity') =>
  parse(document({ Statement: [{ ...STATEMENT, ...change }] }), kind);
const withCondition = (Condition: unknown) => withStatement({ Condition });

describe('what is accepted', () => {
  test('a document is returned as it is', () => {
    expect(parse(document())).toEqual({ ok: true, document: document() });
  });

  test('one statement and single strings become lists', () => {
    const single = { ...STATEMENT, Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' };
    expect(parse(document({ Statement: single }))).toEqual({ ok: true, document: document() });
  });

  test('numbers and booleans of conditions become strings', () => {
    const parsed = withCondition({
      Bool: { 'aws:SecureTransport': true },
      NumericLessThan: { 's3:max-keys': [10] },
    });
    const Condition = {
      Bool: { 'aws:SecureTransport': ['true'] },
      NumericLessThan: { 's3:max-keys': ['10'] },
    };
    expect(parsed).toEqual({ ok: true, document: document({ Statement: [{ ...STATEMENT, Condition }] }) });
  });

  test.each([
    ['every action', { Action: '*' }],
    ['NotAction', { Action: undefined, NotAction: ['sts:*'] }],
    ['NotResource', { Resource: undefined, NotResource: ['arn:aws:s3:::reports/*'] }],
    [
      'a variable with a default',
      { Resource: "arn:aws:s3:::team-${aws:PrincipalTag/team, 'company wide'}/*" },
    ],
    ['an object name with spaces', { Resource: 'arn:aws:s3:::reports/my file.csv' }],
    ['no Sid', { Sid: undefined }],
    ['a set operator', { Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': ['writ:*'] } } }],
    ['IfExists', { Condition: { DateLessThanIfExists: { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' } } }],
    ['an ARN that is one variable', { Condition: { ArnEquals: { 'aws:SourceArn': '${aws:PrincipalArn}' } } }],
    [
      'quotes and backslashes in a value',
      { Condition: { StringLike: { 's3:prefix': ['a":b', '\\', '"Effect":'] } } },
    ],
    ['an empty string as a value', { Condition: { StringLike: { 's3:prefix': ['', 'home/'] } } }],
  ])('%s', (_, change) => {
    expect(withStatement(change)).toMatchObject({ ok: true });
  });

  test('a trust policy', () => {
    expect(parse(document({ Statement: TRUST }), 'trust')).toMatchObject({ ok: true });
  });

  test('a resource policy with Id, Principal and Service', () => {
    const Principal = { AWS: ['*', '111122223333'], Service: 'cloudtrail.amazonaws.com' };
    const parsed = parse(document({ Id: 'x', Statement: [{ ...STATEMENT, Principal }] }), 'resource');
    expect(parsed).toMatchObject({
      ok: true,
      document: { Statement: [{ Principal: { AWS: Principal.AWS, Service: [Principal.Service] } }] },
    });
  });

  test('a Sid of a resource policy may have a blank, and an empty one is none', () => {
    const sidOf = (Sid: string) => {
      const parsed = parse(document({ Statement: [{ ...STATEMENT, Sid, Principal: '*' }] }), 'resource');
      return parsed.ok ? parsed.document.Statement[0]?.Sid : parsed.problem;
    };
    expect(sidOf('read it')).toBe('read it');
    expect(sidOf('')).toBeUndefined();
  });

  test('a resource policy for everyone', () => {
    const parsed = parse(document({ Statement: [{ ...STATEMENT, Principal: '*' }] }), 'resource');
    expect(parsed.ok && parsed.document.Statement[0]?.Principal).toBe('*');
  });

  test.each([
    ['AWS', '111122223333'],
    ['Service', 'cloudtrail.amazonaws.com'],
  ])('a principal that is %s alone is of no other kind', (kind, name) => {
    const parsed = parse(
      document({ Statement: [{ ...STATEMENT, Principal: { [kind]: name } }] }),
      'resource',
    );
    expect(parsed.ok && parsed.document.Statement[0]?.Principal).toEqual({ [kind]: [name] });
  });
});

describe('a refusal says what is wrong', () => {
  test.each<[object, string]>([
    [{ Effect: 'Maybe' }, 'Effect must be Allow or Deny'],
    [{ Condition: {} }, 'must not be empty'],
    [{ Condition: { StringEquals: {} } }, 'must not be empty'],
    [{ Condition: { StringEquals: { 'aws:x': [] } } }, 'has a key without values'],
  ])('%j: %s', (change, problem) => {
    const parsed = parse(document({ Statement: [{ ...STATEMENT, ...change }] }), 'identity');
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });
});

describe('documents that are refused', () => {
  test.each([
    ['no JSON', '{', 'the document: not JSON'],
    ['a list', '[]', 'the document is no JSON object'],
    ['null', 'null', 'the document is no JSON object'],
    ['too long', ' '.repeat(20_481), 'the document is too long'],
    [
      'an element twice',
      '{"Version":"2012-10-17","Version":"2012-10-17"}',
      'the document: member name repeated',
    ],
    [
      'an element twice, escaped',
      '{"Version":"2012-10-17","\\u0056ersion":"2008-10-17"}',
      'the document: member name repeated',
    ],
  ])('%s', (_, text, problem) => {
    expect(parsePolicy(text, 'identity')).toEqual({ ok: false, problem });
  });

  test('one key twice deep inside, which JSON.parse would hide', () => {
    const text = JSON.stringify(document()).replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"');
    expect(parsePolicy(text, 'identity')).toEqual({
      ok: false,
      problem: 'the document: member name repeated',
    });
  });

  test('a key that is also a value is not twice', () => {
    expect(withStatement({ Sid: 'Effect' })).toMatchObject({ ok: true });
  });

  test.each([
    ['an older Version', { Version: '2008-10-17' }, 'Version must be 2012-10-17'],
    ['no Version', { Version: undefined }, 'Version must be 2012-10-17'],
    ['an unknown element', { Comment: 'x' }, 'document has an unknown element'],
    ['Id in an identity policy', { Id: 'x' }, 'document has an unknown element'],
    ['no Statement', { Statement: undefined }, 'statement 0 is no object'],
    ['an empty Statement', { Statement: [] }, 'Statement is empty'],
    ['a Sid twice', { Statement: [STATEMENT, STATEMENT] }, 'two statements have the same Sid'],
  ])('%s', (_, change, problem) => {
    expect(parse(document(change))).toEqual({ ok: false, problem });
  });

  test('a problem never quotes the document', () => {
    const parsed = parsePolicy('{"Version":"2012-10-17","Statement":"eyJhbGciOi', 'identity');
    expect(JSON.stringify(parsed)).not.toContain('eyJ');
  });
});

describe('statements that are refused', () => {
  test.each([
    ['no Effect', { Effect: undefined }],
    ['Effect in other case', { Effect: 'allow' }],
    ['an unknown element', { Resources: '*' }],
    ['an element in other case', { resource: '*' }],
    ['Principal in an identity policy', { Principal: '*' }],
    ['NotPrincipal', { NotPrincipal: '*' }],
    ['both Action and NotAction', { NotAction: 'iam:*' }],
    ['neither Action nor NotAction', { Action: undefined }],
    ['an empty list of actions', { Action: [] }],
    ['an action without service', { Action: 'GetObject' }],
    ['a wildcard in the service of an action', { Action: 's*:GetObject' }],
    ['an action that is no string', { Action: [1] }],
    ['both Resource and NotResource', { NotResource: '*' }],
    ['neither Resource nor NotResource', { Resource: undefined }],
    ['a resource that is no ARN', { Resource: 'reports/*' }],
    ['a wildcard for the service of a resource', { Resource: 'arn:aws:*:::reports/*' }],
    ['a variable before the fifth colon', { Resource: 'arn:aws:s3:${aws:PrincipalTag/region}::reports/*' }],
    ['an open variable', { Resource: 'arn:aws:s3:::reports/${aws:username' }],
    ['a variable that is no key', { Resource: 'arn:aws:s3:::reports/${prefix}' }],
    ['a Sid with other characters', { Sid: 'read it' }],
    ['a statement in an unknown shape', { Condition: 'always' }],
  ])('%s', (_, change) => {
    expect(withStatement(change)).toMatchObject({ ok: false });
  });

  test.each([
    ['nothing', {}],
    ['an operator without keys', { StringEquals: {} }],
    ['a key without values', { StringEquals: { 'aws:username': [] } }],
    ['an unknown operator', { StringMatches: { 'aws:username': 'x' } }],
    ['an operator in other case', { stringEquals: { 'aws:username': 'x' } }],
    ['an operator named as a method of objects', { constructor: { 'aws:username': 'x' } }],
    ['BinaryEquals, which the evaluator does not know', { BinaryEquals: { 'aws:x': 'QQ==' } }],
    ['NullIfExists', { NullIfExists: { 'aws:username': 'true' } }],
    ['an unknown set operator', { 'ForSomeValues:StringEquals': { 'aws:TagKeys': 'x' } }],
    ['a key without prefix', { StringEquals: { username: 'x' } }],
    ['a value that is an object', { StringEquals: { 'aws:username': {} } }],
    ['a number that is none', { NumericEquals: { 's3:max-keys': 'ten' } }],
    ['a date that is none', { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }],
    ['a day that is none', { DateLessThan: { 'aws:CurrentTime': '2026-02-30T00:00:00Z' } }],
    ['a variable as a date', { DateLessThan: { 'aws:CurrentTime': '${aws:TokenIssueTime}' } }],
    ['a boolean that is none', { Bool: { 'aws:SecureTransport': 'yes' } }],
    ['a range that is none', { IpAddress: { 'aws:SourceIp': '192.0.2.0/33' } }],
    ['an address with a leading zero', { IpAddress: { 'aws:SourceIp': '192.0.2.010' } }],
    ['nine groups in an address', { IpAddress: { 'aws:SourceIp': '1:2:3:4::5:6:7:8' } }],
    ['two :: in an address', { IpAddress: { 'aws:SourceIp': '2001::db8::1' } }],
    ['an ARN with too few parts', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3*' } }],
    ['an open variable', { StringLike: { 's3:prefix': '${aws:username' } }],
  ])('a condition with %s', (_, condition) => {
    expect(withCondition(condition)).toMatchObject({ ok: false });
  });

  test.each([
    ['a trust policy without Principal', { Principal: undefined }],
    ['a trust policy with Resource', { Resource: '*' }],
    ['a trust policy about other actions', { Action: 's3:GetObject' }],
    ['an empty principal', { Principal: {} }],
    ['a federated principal', { Principal: { Federated: 'accounts.google.com' } }],
    ['a wildcard in a principal', { Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }],
    ['a variable in a principal', { Principal: { AWS: 'arn:aws:iam::111122223333:role/${aws:username}' } }],
    ['a name that is no principal', { Principal: { AWS: 'alice' } }],
    ['a service that is none', { Principal: { Service: '*' } }],
  ])('%s', (_, change) => {
    expect(parse(document({ Statement: [{ ...TRUST, ...change }] }), 'trust')).toMatchObject({ ok: false });
  });

  test('a resource policy without Principal', () => {
    expect(parse(document(), 'resource')).toEqual({ ok: false, problem: 'statement 0: Principal is needed' });
  });
});

test('as many services as principals of AWS are not none', () => {
  const Principal = { AWS: ['111122223333'], Service: ['lambda.amazonaws.com'] };
  expect(withStatement({ Principal }, 'resource')).toMatchObject({
    ok: true,
    document: { Statement: [{ Principal }] },
  });
});

test.each<[string, ParsedPolicy]>([
  ['an Id that is no text', parse(document({ Id: 7 }))],
  ['a Sid of other characters', withStatement({ Sid: '!Read', Principal: '*' }, 'resource')],
  [
    'a service as a principal of AWS',
    withStatement({ Principal: { AWS: 'lambda.amazonaws.com' } }, 'resource'),
  ],
  [
    'one action of another service in a trust policy',
    parse(document({ Statement: [{ ...TRUST, Action: ['sts:AssumeRole', 's3:GetObject'] }] }), 'trust'),
  ],
])('%s is refused', (_, parsed) => {
  expect(parsed.ok).toBe(false);
});
