/** How mistakes in a file's shape are told: where, which field, what is needed. */
import { describe, expect, test } from 'vitest';
import { type Change, problemsOf } from '../installation.ts';

const told = (path: string, change: Change) =>
  problemsOf({ [path]: change }).map(({ line, column, problem }) => `${line}:${column}: ${problem}`);
const READ = 'permissions/read.yaml';

describe('what is needed, in words', () => {
  test.each<[string, Change, string]>([
    [READ, ['description: Reads.', 'description: ""'], '1:14: description: must not be empty'],
    [
      READ,
      ['description: Reads.', `description: ${'x'.repeat(501)}`],
      '1:14: description: must be at most 500 characters long',
    ],
    [READ, ['longest: 900', 'longest: 4'], '4:10: longest: must be at least 5'],
    [READ, ['longest: 900', 'longest: 3601'], '4:10: longest: must be at most 3600'],
    [READ, ['parameters:\n  prefix: segment', 'parameters: 3'], '6:13: parameters: must be a mapping'],
    [READ, ['parameters:\n  prefix: segment', 'parameters: []'], '6:13: parameters: must be a mapping'],
    [
      READ,
      ['longest: 900', 'longest: 900\nlifts: [iam:Put*]'],
      '5:9: lifts.0: must be one of: iam:Get*, iam:List*',
    ],
    [
      READ,
      ['accounts: [prod]', 'accounts: [Prod]'],
      '2:12: accounts.0: must be lower-case letters, digits and hyphens',
    ],
    [READ, ['role: read', 'role: read/it'], '3:7: role: must be a role’s name'],
    [
      READ,
      ['  - Action', '  - Sid: "a b"\n    Action'],
      '9:10: statements.0.Sid: must be letters and digits',
    ],
    [
      READ,
      ['Action: s3:GetObject', 'Effect: Permit\n    Action: s3:GetObject'],
      '9:13: statements.0.Effect: must be one of: Allow, Deny',
    ],
    ['accounts.yaml', ['eu-central-1', 'Frankfurt'], '3:11: prod.region: must be a Region'],
    [
      'accounts.yaml',
      ['region', 'state: open\n  region'],
      '3:10: prod.state: must be one of: active, closed',
    ],
    ['accounts.yaml', ['prod:', 'Prod:'], '1:1: Prod: must be lower-case letters, digits and hyphens'],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\nlogin: { client_id: a, scope: b, max_age: -1 }'],
      '3:43: login.max_age: must be at least 0',
    ],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\nlogin: { client_id: a, scope: b, max_age: 0.5 }'],
      '3:43: login.max_age: must be a whole number',
    ],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\nrequire: [{ claim: a, oneOf: [[]] }]'],
      '3:31: require.0.oneOf.0: must be text, a number, true or false',
    ],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\nmultiTenant: 1'],
      '3:14: multiTenant: must be true or false',
    ],
    [
      'issuers/corp.yaml',
      ['class: subject', 'class: subject\ntypes: [JWT]'],
      '3:9: types.0: must be lower-case text',
    ],
    [
      'agents/writer.yaml',
      ['corp:alice', 'alice'],
      '7:9: users.0: must be <issuer alias>:<name>, exact, without * or ?',
    ],
  ])('%s %j', (path, change, expected) => {
    expect(told(path, change)).toEqual([expected]);
  });

  test('nine parameters are one too many', () => {
    const parameters = Array.from({ length: 9 }, (_, index) => `  p${index}: segment`).join('\n');
    expect(told(READ, ['  prefix: segment', parameters])).toEqual([
      '7:3: parameters: must be at most 8 entries long',
    ]);
  });
});

describe('cases beside the policies', () => {
  const PATH = 'policies/all.test.yaml';
  const ask = 'user: corp:alice, agent: writer, permission: read, account: prod';
  const told1 = (each: string) => told(PATH, `cases:\n  - ${each}\n`);
  test.each([
    [`{ ask: { ${ask} }, expect: permit, by: [] }`, '2:5: cases.0.name: is missing'],
    [
      `{ name: a, ask: { ${ask} }, expect: deny, by: [] }`,
      '2:99: cases.0.expect: must be one of: permit, refuse',
    ],
    [`{ name: a, ask: { ${ask} }, expect: permit }`, '2:5: cases.0.by: is missing'],
    [
      `{ name: a, ask: { ${ask}, address: here }, expect: permit, by: [] }`,
      '2:98: cases.0.ask.address: must be an IP address',
    ],
    [
      `{ name: a, ask: { ${ask}, auth_age: -1 }, expect: permit, by: [] }`,
      '2:99: cases.0.ask.auth_age: must be at least 0',
    ],
    [
      `{ name: a, ask: { ${ask}, duration: 0 }, expect: permit, by: [] }`,
      '2:99: cases.0.ask.duration: must be at least 1',
    ],
    [
      `{ name: a, ask: { ${ask}, actor: alien }, expect: permit, by: [] }`,
      '2:96: cases.0.ask.actor: must be one of: attested, enrolled',
    ],
    [
      `{ name: a, ask: { ${ask}, device: { kind: phone } }, expect: permit, by: [] }`,
      '2:105: cases.0.ask.device.kind: must be one of: attested, enrolled, claimed',
    ],
    [
      `{ name: a, ask: { ${ask}, binding: { request: x } }, expect: permit, by: [] }`,
      '2:109: cases.0.ask.binding.request: must be bdh',
    ],
    [`{ name: a, ask: 3, expect: permit, by: [] }`, '2:21: cases.0.ask: must be a mapping'],
    [
      `{ name: a, ask: { action: enroll, user: corp:alice, agent: a }, expect: permit, by: [] }`,
      '2:57: agent is not known here',
    ],
    [
      `{ name: a, ask: { ${ask} }, expect: refuse, by: [], remedy: pray }`,
      '2:123: cases.0.remedy: must be one of: login, step_up, enroll, shorten, ask',
    ],
  ])('%s', (each, expected) => {
    expect(told1(each)).toEqual([expected]);
  });

  test('none', () => {
    expect(told(PATH, 'cases: []\n')).toEqual(['1:8: cases: must not be empty']);
  });
});

describe('a file that is no YAML', () => {
  test.each<[string, Change, readonly string[]]>([
    ['agents/writer.yaml', ['owner: corp:finance', "owner: 'corp:finance"], ["2:8: this ' is never closed"]],
    [
      'agents/writer.yaml',
      ['users: [corp:alice]', 'users: { a: corp:alice'],
      ['7:8: this { is never closed, or its lines are not indented'],
    ],
    [
      'agents/writer.yaml',
      ['permissions: [read]', 'permissions: [[read]'],
      ['8:14: this [ is never closed, or its lines are not indented'],
    ],
    ['accounts.yaml', 'prod: %a\n', ['1:7: Plain value cannot start with directive indicator character %']],
    ['accounts.yaml', '', ['1:1: must be a mapping']],
    ['accounts.yaml', 'prod: !!binary aa\n', ['1:7: Unresolved tag: tag:yaml.org,2002:binary']],
  ])('%s %j', (path, change, expected) => {
    expect(told(path, change)).toEqual(expected);
  });
});

describe('a folder', () => {
  test('of explanations and schemas beside the configuration is fine', () => {
    expect(
      problemsOf({ 'README.md': 'x', 'agents/notes.md': 'x', 'schemas/agent.schema.json': '{}' }),
    ).toEqual([]);
  });
  test.each([
    'readme.txt',
    '.md',
    'schemas/agent.json',
    'schemas/more/agent.schema.json',
    'agents/more/writer.yaml',
    'agents/writer.yml',
    'more/accounts.yaml',
    'accounts.yaml.bak',
    'policies/more/all.cedar',
    'policies/all.cedar.bak',
    'old/policies/all.cedar',
    'old/policies/all.test.yaml',
    'old/issuers/corp.yaml',
    'old/permissions/read.yaml',
    'old/agents/writer.yaml',
    'old/schemas/agent.schema.json',
    'issuers/corp.yaml~',
    'permissions/read.yaml~',
    'agents/writer.yaml~',
  ])('with %s: nobody would read it', (path) => {
    expect(problemsOf({ [path]: 'x' })).toEqual([
      { file: path, line: 1, problem: 'is no file that a configuration has' },
    ]);
  });
  test.each([
    ['issuers', { 'issuers/corp.yaml': null, 'issuers/ci.yaml': null }],
    ['agents', { 'agents/writer.yaml': null }],
    ['permissions', { 'permissions/read.yaml': null }],
    ['policies', { 'policies/all.cedar': null }],
  ])('without %s', (folder, changes) => {
    expect(problemsOf(changes)).toEqual([{ file: folder, line: 1, problem: 'is missing or empty' }]);
  });
  test('without accounts.yaml', () => {
    expect(problemsOf({ 'accounts.yaml': null })).toEqual([
      { file: 'accounts.yaml', line: 1, problem: 'is missing' },
    ]);
  });
});

describe('the order of mistakes is that of files and lines', () => {
  const places = (changes: { readonly [path: string]: Change }) =>
    problemsOf(changes).map(({ file, line }) => `${file}:${line}`);
  const agent =
    'description: A.\nowner: nobody:a\nreviewBy: 2027-06-30\nexpires: 2027-12-31\ngroups: [nobody:b]\n';
  test('of meaning', () => {
    expect(
      places({
        'permissions/read.yaml': ['[prod]', '[test]'],
        'issuers/corp.yaml': ['jwks_uri: https', 'jwks_uri: http'],
        'agents/writer.yaml': agent,
        'accounts.yaml':
          'prod: { id: "111122223333", region: eu-central-1 }\nb:\n  region: eu-central-1\n  id: "111122223333"\n',
      }),
    ).toEqual([
      'accounts.yaml:4',
      'agents/writer.yaml:1',
      'agents/writer.yaml:2',
      'agents/writer.yaml:5',
      'issuers/corp.yaml:5',
      'permissions/read.yaml:2',
    ]);
  });
  test('of shape', () => {
    expect(
      places({
        'policies/all.test.yaml': 'cases: []\n',
        'issuers/corp.yaml': ['class: subject', 'class: person'],
        'agents/writer.yaml': 'x: 1\n',
        'accounts.yaml': '3\n',
      }),
    ).toEqual([
      'accounts.yaml:1',
      ...Array.from({ length: 5 }, () => 'agents/writer.yaml:1'),
      'issuers/corp.yaml:2',
      'policies/all.test.yaml:1',
    ]);
  });
});
