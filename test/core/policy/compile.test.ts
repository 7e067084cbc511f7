import { describe, expect, test } from 'vitest';
import { cedarCompiler } from '../../../adapters/cedar-compiler.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import {
  MAX_SESSION_POLICY_BYTES_AT_WIDEST,
  MAX_TAG_VALUE_BYTES,
  MAX_TAG_VALUES_BYTES,
} from '../../../core/limits.ts';
import { compile } from '../../../core/policy/compile.ts';
import type { Change } from './installation.ts';
import { bundleOf, compiled, files, problemsOf } from './installation.ts';

/** What one change of one file leads to: its line and the sentence. */
const told = (path: string, change: Change, local = false): string[] =>
  problemsOf({ [path]: change }, local).map(({ file, line, problem }) => `${file}:${line}: ${problem}`);

describe('a configuration that is sound', () => {
  test('compiles to bytes that its hash names, the same whatever the order of files', () => {
    const first = compiled();
    const again = compile(files().reverse(), { cedar: cedarCompiler });
    expect(first.ok && again.ok && first.hash === again.hash && sha256Hex(first.bytes) === first.hash).toBe(
      true,
    );
  });

  test('dates become NumericDate at 00:00 UTC, one value a list, defaults are written out', () => {
    const { bundle } = bundleOf();
    expect(bundle.agents[0]).toMatchObject({
      agent: 'writer',
      reviewBy: Date.UTC(2027, 5, 30) / 1000,
      expires: Date.UTC(2027, 11, 31) / 1000,
      enrolled: false,
      groups: [],
    });
    expect(bundle.permissions[0]).toMatchObject({
      place: { kind: 'exchange' },
      parameters: { prefix: { type: 'segment' } },
      statements: [
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::reports/${prefix}/*'] },
      ],
      lifts: [],
      outlives: [],
      demandsBodyHash: false,
    });
    expect(bundle.issuers.find(({ alias }) => alias === 'corp')).toMatchObject({
      types: ['jwt', 'at+jwt', null],
      claims: { subject: 'sub' },
      require: [],
    });
    expect(bundle.policies.remedies).toEqual({ fresh: 'step_up' });
    expect(Object.keys(bundle.policies.policies)).toEqual(['finance-reads', 'fresh']);
  });

  test('users are spelled as in the tag and in the verified subject', () => {
    const { bundle } = bundleOf({ 'agents/writer.yaml': ['corp:alice', '"corp:a=b"'] });
    expect(bundle.agents[0]?.users).toEqual(['corp:a=3db']);
  });

  test('tag values fit at their widest: nothing that a file may say can exceed the budget', () => {
    const names = 2 * 47;
    const id = 16;
    const authority = 'approval'.length;
    const decision = 64;
    const userDeviceTaskPurpose = 4 * MAX_TAG_VALUE_BYTES;
    expect(names + id + authority + decision + userDeviceTaskPurpose).toBeLessThanOrEqual(
      MAX_TAG_VALUES_BYTES,
    );
  });
});

describe('files', () => {
  test.each<[string, string, Change, string[]]>([
    [
      'YAML that does not parse',
      'accounts.yaml',
      'prod: {',
      ['accounts.yaml:1: this { is never closed, or its lines are not indented'],
    ],
    [
      'a list that is never closed, at its own line and not where the next field begins',
      'agents/writer.yaml',
      ['users: [corp:alice]', 'users: [corp:alice'],
      ['agents/writer.yaml:7: this [ is never closed, or its lines are not indented'],
    ],
    [
      'a text that is never closed, at its own line and not at the end of the file',
      'agents/writer.yaml',
      ['owner: corp:finance', 'owner: "corp:finance'],
      ['agents/writer.yaml:2: this " is never closed'],
    ],
    [
      'a field nobody knows, at its own line',
      'agents/writer.yaml',
      ['users:', 'user:'],
      ['agents/writer.yaml:7: user is not known here'],
    ],
    [
      'a missing field, at the file',
      'agents/writer.yaml',
      ['owner: corp:finance\n', ''],
      ['agents/writer.yaml:1: owner: is missing'],
    ],
    [
      'a repeated field',
      'agents/writer.yaml',
      ['owner: corp:finance', 'owner: a\nowner: b'],
      ['agents/writer.yaml:3: Map keys must be unique'],
    ],
    [
      'a file that is of no kind',
      'permission/read.yaml',
      'x: 1',
      ['permission/read.yaml:1: is no file that a configuration has'],
    ],
    ['no policies', 'policies/all.cedar', null, ['policies:1: is missing or empty']],
    [
      'digits that YAML reads as a number',
      'accounts.yaml',
      ['"111122223333"', '111122223333'],
      ['accounts.yaml:2: prod.id: must be twelve digits in quotes'],
    ],
    [
      'two names for one account',
      'accounts.yaml',
      'prod: { id: "111122223333", region: eu-central-1 }\ntest: { id: "111122223333", region: eu-central-1 }\n',
      ["accounts.yaml:2: test.id is already prod's"],
    ],
  ])('%s', (_, path, change, expected) => {
    expect(told(path, change)).toEqual(expected.map((line) => line.replace('test.id is', 'is')));
  });

  test('anchors are not followed: a file says what it says where it says it', () => {
    const aliased = 'prod: { id: "111122223333", region: eu-central-1 }\ntest: *a\n';
    expect(told('accounts.yaml', aliased)).toEqual([
      'accounts.yaml:1: has an alias: a file says what it says where it says it',
    ]);
  });

  test('of several shapes, the mistake in the nearest is told', () => {
    const test =
      'cases:\n  - { name: n, ask: { user: a:b, agent: c, permision: d, account: e }, expect: permit, by: [] }\n';
    expect(told('policies/all.test.yaml', test)).toEqual([
      'policies/all.test.yaml:2: cases.0.ask.permission: is missing',
      'policies/all.test.yaml:2: permision is not known here',
    ]);
  });

  test('every problem is told, in the order of files and lines', () => {
    const problems = problemsOf({
      'agents/writer.yaml': ['corp:alice', 'nobody:alice'],
      'policies/all.cedar': ['"read"', '"reed"'],
    });
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'agents/writer.yaml:7',
      'policies/all.cedar:1',
    ]);
  });
});

describe('a value that does not fit is told in our words', () => {
  const read = 'permissions/read.yaml';
  test.each<[string, Change, string]>([
    [read, ['place: exchange', 'place: office'], 'must be exchange, anywhere, {cidrs: […]} or {vpcs: […]}'],
    [read, ['place: exchange', 'place: { cidrs: [x] }'], 'must be an address range such as 192.0.2.0/24'],
    [read, ['place: exchange', 'place: { cidrs: [] }'], 'place.cidrs: must not be empty'],
    [read, ['place: exchange', 'place: { vpcs: [x] }'], 'must be the id of a VPC'],
    [
      read,
      ['prefix: segment', 'prefix: text'],
      'must be segment, path, account, region, uuid or {enum: […]}',
    ],
    [read, ['prefix: segment', 'Prefix: segment'], 'Prefix: must be letters and digits'],
    [read, ['longest: 900', 'longest: 9.5'], 'longest: must be a whole number'],
    [read, ['longest: 900', 'longest: 4'], 'longest: must be at least 5'],
    [read, ['longest: 900', 'longest: soon'], 'longest: must be a number'],
    [read, ['accounts: [prod]', 'accounts: prod'], 'accounts: must be a list'],
    [read, ['Action: s3:GetObject', 'Action: 3'], 'statements.0.Action: must be text, or a list of texts'],
    [read, ['longest: 900', 'longest: 900\ndemandsBodyHash: yes'], 'must be true or false'],
    ['agents/writer.yaml', '3', 'must be a mapping'],
    ['agents/writer.yaml', ['owner: corp:finance', 'owner: 3'], 'owner: must be text'],
    ['agents/writer.yaml', ['reviewBy: 2027-06-30', 'reviewBy: soon'], 'must be a date such as 2027-06-30'],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\ntypes: [3]'],
      'must be lower-case text, or null',
    ],
    ['accounts.yaml', ['id: "', 'id: "1'], 'must be twelve digits in quotes'],
  ])('%s: %j', (path, change, expected) => {
    const [first = 'compiled'] = told(path, change);
    expect(first).toContain(expected);
    expect(first).not.toMatch(/invalid|expected/i);
  });
});

describe('issuers', () => {
  const corp = 'issuers/corp.yaml';
  test.each<[string, string, Change, string]>([
    ['plain http', corp, ['iss: https:', 'iss: http:'], '1: must begin with https://'],
    ['plain http for keys', corp, ['jwks_uri: https:', 'jwks_uri: http:'], '5: must begin with https://'],
    [
      'a wildcard',
      corp,
      ['login.example.com\n', '"*.example.com"\n'].map((each) => `iss: https://${each}`) as [string, string],
      '1: must be an exact URL, without wildcard, query or fragment',
    ],
    ['a password', corp, ['https://login', 'https://a:b@login'], '1: must be an exact URL'],
    ['no algorithm', corp, ['ES256', 'none'], '4: algorithms.0: must be one of: RS256'],
    ['HMAC', corp, ['ES256', 'HS256'], '4: algorithms.0: must be one of: RS256'],
    ['no audience', corp, ['audiences: [writ-cli]', 'audiences: []'], '3: audiences: must not be empty'],
    [
      'an iss that is another issuer’s',
      corp,
      ['https://login.example.com\n', 'https://ci.example.com\n'],
      '1: is already the issuer of ci: an issuer serves one class',
    ],
    [
      'what devices sign',
      corp,
      ['class: subject', 'class: subject\ntypes: [writ-actor+jwt]'],
      '3: writ-actor+jwt is what devices sign, not issuers',
    ],
    [
      'a claim of another class',
      corp,
      ['class: subject', 'class: subject\nclaims: { compliant: c }'],
      '3: means nothing in class subject',
    ],
    [
      'multi-tenant without a rule',
      corp,
      ['class: subject', 'class: subject\nmultiTenant: true'],
      '1: it signs for strangers too',
    ],
    [
      'known to be multi-tenant, without a rule',
      corp,
      ['iss: https://login.example.com', 'iss: https://accounts.google.com'],
      '1: it signs for strangers too: require one of hd',
    ],
    [
      'known, with a rule that strangers meet',
      corp,
      [
        'iss: https://login.example.com',
        'require: [{ claim: email_verified, oneOf: [true] }]\niss: https://accounts.google.com',
      ],
      '1: it signs for strangers too: require one of hd',
    ],
    [
      'Entra for every tenant',
      corp,
      ['iss: https://login.example.com', 'iss: https://login.microsoftonline.com/common/v2.0'],
      '1: it signs for strangers too: require one of tid',
    ],
    [
      'GitHub for everybody',
      corp,
      ['iss: https://login.example.com', 'iss: https://token.actions.githubusercontent.com'],
      '1: it signs for strangers too: require one of repository_owner',
    ],
  ])('%s', (_, path, change, expected) => {
    const [first = 'compiled'] = told(path, change).filter((line) => line.startsWith(corp));
    expect(first).toContain(`${path}:${expected}`);
  });

  test('known to be multi-tenant, with a rule that tells tenants apart', () => {
    const change = [
      'iss: https://login.example.com',
      'require: [{ claim: hd, oneOf: [example.com] }]\niss: https://accounts.google.com',
    ] as const;
    expect(told(corp, change)).toEqual([]);
  });

  test('the alias writ is ours', () => {
    const text =
      files()
        .find(({ path }) => path === corp)
        ?.text.replace('login.example.com\n', 'other.example.com\n') ?? '';
    expect(told('issuers/writ.yaml', text)).toEqual([
      'issuers/writ.yaml:1: the alias writ is reserved for what Writ itself signs',
    ]);
  });

  test.each(['arn', 'urn'])('the alias %s would spell its users as others who revoke are', (alias) => {
    const text =
      files()
        .find(({ path }) => path === corp)
        ?.text.replace('login.example.com\n', 'other.example.com\n') ?? '';
    expect(told(`issuers/${alias}.yaml`, text)).toEqual([
      `issuers/${alias}.yaml:1: the alias ${alias} is reserved: its users would be spelled as others are`,
    ]);
  });

  test('http on the loopback is taken on a laptop, and no other http', () => {
    expect(told(corp, ['iss: https://login.example.com', 'iss: http://127.0.0.1:8471'], true)).toEqual([]);
    expect(told(corp, ['iss: https://login.example.com', 'iss: http://10.0.0.1:8471'], true)).toHaveLength(1);
    expect(
      told(corp, ['iss: https://login.example.com', 'iss: http://127.0.0.1.example.com'], true),
    ).toHaveLength(1);
  });
});

describe('agents', () => {
  test.each<[string, Change, string]>([
    [
      'no owner’s issuer',
      ['owner: corp', 'owner: ci'],
      '2: "ci:finance" begins with no issuer of class subject',
    ],
    ['no date to review it by', ['reviewBy: 2027-06-30\n', ''], '1: reviewBy'],
    ['no end', ['expires: 2027-12-31\n', ''], '1: expires'],
    ['a day that is none', ['2027-06-30', '2027-02-30'], '3: reviewBy: must be a date'],
    ['an issuer of another class', ['issuer: ci', 'issuer: corp'], '6: "corp" is no issuer of class actor'],
    [
      'a subject that is a pattern',
      ['repo:example/writer', 'repo:example/*'],
      '6: "repo:example/*" must be exact',
    ],
    [
      'a user that is a pattern',
      ['corp:alice', '"corp:*"'],
      '7: users.0: must be <issuer alias>:<name>, exact',
    ],
    [
      'a permission that is not there',
      ['permissions: [read]', 'permissions: [write]'],
      '8: "write" is no permission',
    ],
    [
      'nothing that could be it',
      ['identities:\n  - { issuer: ci, subject: "repo:example/writer" }\n', ''],
      '1: nothing can be this agent',
    ],
  ])('%s', (_, change, expected) => {
    expect(told('agents/writer.yaml', change)[0]).toContain(`agents/writer.yaml:${expected}`);
  });

  test('one workload is one agent', () => {
    const text = files().find(({ path }) => path === 'agents/writer.yaml')?.text ?? '';
    expect(told('agents/zweiter.yaml', text)).toEqual(["agents/zweiter.yaml:6: is already writer's"]);
  });
});

describe('permissions', () => {
  const action = (name: string): Change => ['Action: s3:GetObject', `Action: ${name}`];
  const resource = (text: string): Change => ['arn:aws:s3:::reports/${prefix}/*', text];
  const condition = (text: string): Change => ['    Resource', `    Condition: ${text}\n    Resource`];

  test.each<[string, Change, string]>([
    ['an account that is not there', ['[prod]', '[test]'], '2: "test" is not in accounts.yaml'],
    [
      'longer than a chained session lasts',
      ['longest: 900', 'longest: 3601'],
      '4: longest: must be at most 3600',
    ],
    ['every action', action('"*"'), '9: * is no service:Action'],
    ['every action of a service', action('"s3:*"'), '9: s3:* has a wildcard'],
    ['some actions of a service', action('"s3:Get*"'), '9: s3:Get* has a wildcard'],
    [
      'a service in upper case',
      action('S3:GetObject'),
      '9: S3:GetObject is no service:Action with the service in lower case',
    ],
    ['to become another session', action('sts:AssumeRole'), '9: sts:AssumeRole is denied in every session'],
    ['to read IAM without lifting that', action('iam:GetRole'), '9: iam:GetRole is denied in every session'],
    [
      'a login that outlives the deadline',
      action('ecr:GetAuthorizationToken'),
      '9: ecr:GetAuthorizationToken hands out a token',
    ],
    [
      'the same in another spelling',
      action('ecr:getauthorizationtoken'),
      '9: ecr:getauthorizationtoken hands out a token',
    ],
    [
      'everything but',
      ['Action: s3:GetObject', 'NotAction: s3:GetObject'],
      '9: statements.0.Action: is missing',
    ],
    ['a resource that is no ARN', resource('reports/${prefix}'), '10: must be an ARN, or *'],
    [
      'a parameter before a wildcard',
      resource('arn:aws:s3:::reports/${prefix}*'),
      '10: ${prefix} meets a wildcard',
    ],
    [
      'a parameter before a wildcard with no delimiter between',
      resource('arn:aws:s3:::reports/${prefix}-x?'),
      '10: ${prefix} meets a wildcard',
    ],
    ['a parameter behind a wildcard', resource('arn:aws:s3:::*${prefix}'), '10: ${prefix} meets a wildcard'],
    ['two parameters in one', resource('arn:aws:s3:::${prefix}${prefix}'), '10: ${prefix} meets a wildcard'],
    [
      'a parameter that is not declared',
      resource('arn:aws:s3:::reports/${other}/${prefix}'),
      '10: ${other} is not declared',
    ],
    ['a stray brace', resource('arn:aws:s3:::reports/${prefix}/$x'), '10: has a stray $'],
    [
      'a variable with a default value',
      resource('"arn:aws:s3:::reports/${prefix}/${aws:PrincipalTag/x, \'*\'}"'),
      '10: ${aws:PrincipalTag/x',
    ],
    [
      'an operator that IAM has not',
      condition('{ StringLikes: { "s3:prefix": x } }'),
      '10: "StringLikes" is no operator of IAM',
    ],
    [
      'a set that may be empty',
      condition('{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": x } }'),
      '10: holds where the key is missing',
    ],
    [
      'a parameter that a condition lets run on',
      condition('{ StringLike: { "s3:prefix": "${prefix}*" } }'),
      '10: ${prefix} meets a wildcard',
    ],
    ['a parameter nobody uses', resource('arn:aws:s3:::reports/*'), '7: prefix is not used'],
    [
      'a parameter called like the account',
      ['  prefix: segment', '  prefix: segment\n  account: account'],
      '8: is filled in from the account',
    ],
    [
      'a needless acknowledgement',
      ['longest: 900', 'longest: 900\noutlives: [ecr:GetAuthorizationToken]'],
      '5: is nothing that this permission needs',
    ],
    [
      'a case with a parameter that no request could have',
      ['{ with: { prefix: q3 }', '{ with: { prefix: "*" }'],
      '12: prefix is no segment',
    ],
    [
      'no case for what it must not let through',
      /* */ [
        'denies:\n  - { with: { prefix: q3 }, action: "s3:GetObject", resource: "arn:aws:s3:::reports/q4/a" }\n',
        '',
      ],
      '1: denies',
    ],
    [
      'an enum value that IAM would read as a pattern',
      ['prefix: segment', 'prefix: { enum: ["a*"] }'],
      '7: has a value that is no path',
    ],
  ])('%s', (_, change, expected) => {
    expect(told('permissions/read.yaml', change)[0]).toContain(`permissions/read.yaml:${expected}`);
  });

  test.each<[string, Change]>([
    [
      'what outlives the deadline, acknowledged',
      ['longest: 900', 'longest: 900\noutlives: [ecr:GetAuthorizationToken]'],
    ],
  ])('%s', (_, change) => {
    const text =
      files({ 'permissions/read.yaml': change }).find(({ path }) => path === 'permissions/read.yaml')?.text ??
      '';
    const both = text.replace('Action: s3:GetObject', 'Action: [s3:GetObject, ecr:GetAuthorizationToken]');
    expect(told('permissions/read.yaml', both)).toEqual([]);
  });

  test('reads of IAM, lifted', () => {
    const text = files().find(({ path }) => path === 'permissions/read.yaml')?.text ?? '';
    const lifted = text
      .replace('longest: 900', 'longest: 900\nlifts: [iam:Get*]')
      .replace('Action: s3:GetObject', 'Action: [s3:GetObject, iam:GetRole]');
    expect(told('permissions/read.yaml', lifted)).toEqual([]);
    const more = lifted.replace('iam:GetRole', 'iam:ListRoles');
    expect(told('permissions/read.yaml', more)[0]).toContain('iam:ListRoles is denied in every session');
  });

  test('IAM’s own variables, account and Region may stand anywhere', () => {
    expect(
      told(
        'permissions/read.yaml',
        resource('arn:aws:s3:${region}:${account}:${aws:PrincipalTag/team}/${prefix}/${*}'),
      ),
    ).toEqual([]);
  });

  test('a set that may not be empty', () => {
    const keys =
      '{ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": x }, "Null": { "dynamodb:LeadingKeys": ["false"] } }';
    expect(told('permissions/read.yaml', condition(keys))).toEqual([]);
  });

  test('the byte budget is counted at the widest parameters and the longest address', () => {
    const resources = (count: number, type: string) =>
      told('permissions/read.yaml', [
        '  prefix: segment\nstatements:\n  - Action: s3:GetObject\n    Resource: arn:aws:s3:::reports/${prefix}/*',
        `  prefix: ${type}\nstatements:\n  - Action: s3:GetObject\n    Resource:\n${'      - arn:aws:s3:::reports/${prefix}/*\n'.repeat(count)}`,
      ]);
    expect(resources(8, 'segment')).toEqual([]);
    expect(resources(10, 'segment')[0]).toMatch(
      new RegExp(`:9: make a session policy of up to \\d+ bytes: ${MAX_SESSION_POLICY_BYTES_AT_WIDEST} fit$`),
    );
    expect(resources(8, 'path')[0]).toContain(`${MAX_SESSION_POLICY_BYTES_AT_WIDEST} fit`);
    expect(resources(40, 'segment')[0]).toContain('that STS would not take');
  });
});

describe('policies', () => {
  const cedarText = 'policies/all.cedar';
  test.each<[string, Change, string]>([
    ['text that does not parse', ['principal, action, resource) when', 'principal, action) when'], '6: '],
    ['no id', ['@id("fresh")\n', ''], '4: has no @id'],
    [
      'an id twice',
      ['@id("fresh")', '@id("finance-reads")'],
      '4: @id("finance-reads") is already taken in policies/all.cedar',
    ],
    ['an id that is no name', ['@id("fresh")', '@id("Fresh!")'], '4: @id must be lower-case'],
    ['a remedy that is none', ['"step_up"', '"pray"'], '4: @remedy must be one of'],
    [
      'a remedy of a permit',
      ['@id("finance-reads")', '@id("finance-reads")\n@remedy("login")'],
      '1: @remedy is for a forbid',
    ],
    [
      'a permission that is not there',
      ['Permission::"read"', 'Permission::"reed"'],
      '1: names Writ::Permission::"reed", which is not there',
    ],
    [
      'a group of no issuer',
      ['corp:finance', 'finance'],
      '1: names Writ::Group::"finance", which is not there',
    ],
    [
      'an action that is not there',
      ['Action::"issue"', 'Action::"isue"'],
      '1: for policy `finance-reads`, unable to find an applicable action',
    ],
    [
      'a context field that is not there, at its own line',
      ['context.auth_age', 'context.auth_agee'],
      '6: for policy `fresh`, attribute `auth_agee`',
    ],
    [
      'a parameter that no permission declares',
      [
        'forbid (principal, action, resource) when { context.auth_age > 43200 }',
        'forbid (principal, action == Writ::Action::"issue", resource) when { context.parameters.prefiks == "x" }',
      ],
      '6: ',
    ],
    [
      'an optional field read without asking',
      ['context.auth_age > 43200', 'context.acr == "gold"'],
      '6: for policy `fresh`, unable to guarantee safety',
    ],
    ['a number that JSON would round', ['43200', '9007199254740993'], '4: has a number beyond 2^53'],
    [
      'a template',
      ['principal, action, resource) when', 'principal == ?principal, action, resource) when'],
      '4: is a template',
    ],
  ])('%s', (_, change, expected) => {
    expect(told(cedarText, change)[0]).toContain(`${cedarText}:${expected}`);
  });

  test('positions count characters, not bytes', () => {
    const text = files().find(({ path }) => path === cedarText)?.text ?? '';
    const [problem] = problemsOf({
      [cedarText]: `// ééééééé\n${text.replace('context.auth_age', '["éé"].contains("éé") && context.nope')}`,
    });
    expect(problem).toMatchObject({ line: 7, column: 70 });
  });
});
