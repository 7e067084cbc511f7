import { describe, expect, test } from 'vitest';
import { MAX_SESSION_POLICY_BYTES_AT_WIDEST } from '../../../../core/limits.ts';
import { bundleOf, type Change, problemsOf } from '../installation.ts';

const PATH = 'permissions/table.yaml';
const TABLE = `description: Tables.
accounts: [prod]
role: table
longest: 3600
place: anywhere
parameters:
  level: { enum: [low, high] }
  item: path
statements:
  - Sid: Items
    Effect: Allow
    Action: dynamodb:GetItem
    Resource: arn:aws:dynamodb:\${region}:\${account}:table/\${level}
    Condition: { StringEquals: { "dynamodb:LeadingKeys": "\${item}", "aws:RequestedRegion": [a, b] } }
  - Effect: Deny
    Action: [dynamodb:*, iam:*, ecr:GetAuthorizationToken]
    Resource: ["*"]
allows:
  - with: { level: low, item: a/b }
    action: dynamodb:GetItem
    resource: arn:aws:dynamodb:\${region}:\${account}:table/low
    context: { "dynamodb:LeadingKeys": a/b, "aws:RequestedRegion": a }
denies:
  - { with: { level: low, item: a/b }, action: "dynamodb:PutItem", resource: "*" }
`;

type Piece = readonly [from: string, to: string];
/** The table's file with pieces of it replaced. */
function table(...changes: readonly Piece[]): {
  readonly [path: string]: Change;
} {
  const text = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the table has no ${from}`);
    return before.replace(from, () => to);
  }, TABLE);
  return { [PATH]: text };
}
const compiledTable = (...changes: Piece[]) =>
  bundleOf(table(...changes)).bundle.permissions.find(({ permission }) => permission === 'table');
const problems = (...changes: Piece[]) =>
  problemsOf(table(...changes)).map(({ line, column, problem }) => `${line}:${column}: ${problem}`);

test('what a file says is what the bundle says, every list a list', () => {
  expect(compiledTable(['longest: 3600', 'longest: 60\ndemandsBodyHash: true'])).toEqual({
    permission: 'table',
    description: 'Tables.',
    accounts: ['prod'],
    role: 'table',
    longest: 60,
    place: { kind: 'anywhere' },
    parameters: { level: { type: 'enum', values: ['low', 'high'] }, item: { type: 'path' } },
    statements: [
      {
        Sid: 'Items',
        Effect: 'Allow',
        Action: ['dynamodb:GetItem'],
        Resource: ['arn:aws:dynamodb:${region}:${account}:table/${level}'],
        Condition: {
          StringEquals: { 'dynamodb:LeadingKeys': ['${item}'], 'aws:RequestedRegion': ['a', 'b'] },
        },
      },
      { Effect: 'Deny', Action: ['dynamodb:*', 'iam:*', 'ecr:GetAuthorizationToken'], Resource: ['*'] },
    ],
    lifts: [],
    outlives: [],
    demandsBodyHash: true,
    allows: [
      {
        with: { level: 'low', item: 'a/b' },
        action: 'dynamodb:GetItem',
        resource: 'arn:aws:dynamodb:${region}:${account}:table/low',
        context: { 'dynamodb:LeadingKeys': 'a/b', 'aws:RequestedRegion': 'a' },
      },
    ],
    denies: [{ with: { level: 'low', item: 'a/b' }, action: 'dynamodb:PutItem', resource: '*', context: {} }],
  });
});

test.each([
  ['{ cidrs: [192.0.2.0/24, "2001:db8::/32"] }', { kind: 'cidrs', cidrs: ['192.0.2.0/24', '2001:db8::/32'] }],
  ['{ vpcs: [vpc-01234567] }', { kind: 'vpcs', vpcs: ['vpc-01234567'] }],
])('the place %s', (place, expected) => {
  expect(compiledTable(['place: anywhere', `place: ${place}`])?.place).toEqual(expected);
});

describe('each mistake is told at its own value', () => {
  test.each<[string, readonly [string, string], string]>([
    ['an account', ['[prod]', '[prod, test]'], '2:18: "test" is not in accounts.yaml'],
    [
      'a member of every object is no account',
      ['[prod]', '[prod, constructor]'],
      '2:18: "constructor" is not in accounts.yaml',
    ],
    ['an enum', ['[low, high]', '[low, "*"]'], '7:10: has a value that is no path of plain segments'],
    ['an operator', ['StringEquals:', 'StringIs:'], '14:28: "StringIs" is no operator of IAM'],
    [
      'Null, which YAML reads as nothing',
      ['StringEquals: { ', 'Null: { "aws:MultiFactorAuthAge": "true" }, StringEquals: { '],
      '14:16: has an operator without a name: Null must be in quotes',
    ],
    ['a condition key', ['"aws:RequestedRegion"', '"RequestedRegion"'], '14:88: is no condition key'],
    ['a condition’s value', ['[a, b]', '[a, "${b}"]'], '14:96: ${b} is not declared under parameters'],
    ['a resource of a list', ['["*"]', '["*", x]'], '17:21: must be an ARN, or *'],
    [
      'an action of a list',
      ['[dynamodb:*, iam:*', '[dynamodb:*, "iam"'],
      '16:26: iam is no service:Action with the service in lower case',
    ],
    [
      'a needless acknowledgement',
      ['longest: 3600', 'longest: 3600\noutlives: [ecr:GetAuthorizationToken]'],
      '5:12: is nothing that this permission needs to acknowledge',
    ],
    [
      'a case’s resource',
      ['table/low\n', 'table/${level}\n'],
      '21:15: may only have ${account} and ${region}',
    ],
    [
      'a case’s resource that is no template',
      ['table/low\n', 'table/$low\n'],
      '21:15: has a stray $, { or }: write ${$} for a dollar sign',
    ],
    [
      'a case’s parameter',
      ['low, item: a/b }\n', 'low, item: a//b }\n'],
      '19:31: item is no path: segments joined by single slashes, at most 128 characters',
    ],
    [
      'a case’s value of an enum',
      ['{ level: low, item: a/b }\n', '{ level: mid, item: a/b }\n'],
      '19:20: level is none of: low, high',
    ],
    [
      'a case that lacks a parameter',
      ['{ level: low, item: a/b }\n', '{ level: low }\n'],
      '19:11: item is missing',
    ],
    ['a case with one too many', ['a/b }, action', 'a/b, x: y }, action'], '24:41: x is not declared'],
    [
      'a case with a member of every object',
      ['a/b }, action', 'a/b, constructor: y }, action'],
      '24:51: constructor is not declared',
    ],
  ])('%s', (_, change, expected) => {
    const [first] = problems(change);
    expect(first).toBe(expected);
    expect(problems(change)).toHaveLength(1);
  });
});

test('statements that deny only allow nothing', () => {
  expect(problems(['Effect: Allow', 'Effect: Deny'])).toEqual(['10:3: allow nothing']);
});

test('what is denied needs no acknowledgement, and an Allow by default is one', () => {
  expect(problems(['    Effect: Allow\n', ''])).toEqual([]);
  expect(problems(['    Effect: Allow\n', ''], ['dynamodb:GetItem', 'ecr:GetAuthorizationToken'])).toEqual([
    expect.stringMatching(/^11:13: ecr:GetAuthorizationToken hands out a token/),
  ]);
  expect(
    problems(
      ['longest: 3600', 'longest: 3600\noutlives: [ecr:getauthorizationtoken]'],
      ['dynamodb:GetItem', 'ecr:GetAuthorizationToken'],
    ),
  ).toEqual([]);
});

test('a permission without parameters', () => {
  const bare = `description: Queues.
accounts: [prod]
role: queue
longest: 60
place: { vpcs: [vpc-01234567] }
statements:
  - { Action: "sqs:ReceiveMessage", Resource: "arn:aws:sqs:\${region}:\${account}:jobs" }
allows:
  - { action: "sqs:ReceiveMessage", resource: "arn:aws:sqs:\${region}:\${account}:jobs" }
denies:
  - { action: "sqs:ReceiveMessage", resource: "arn:aws:sqs:\${region}:\${account}:other" }
`;
  const { bundle } = bundleOf({ 'permissions/queue.yaml': bare });
  expect(bundle.permissions.find(({ permission }) => permission === 'queue')).toMatchObject({
    parameters: {},
    place: { kind: 'vpcs', vpcs: ['vpc-01234567'] },
    allows: [{ with: {}, context: {} }],
  });
});

describe('a set that may be empty holds where the key is missing', () => {
  const keys = (text: string) =>
    problems(
      ['"dynamodb:LeadingKeys": "${item}", "aws:RequestedRegion": [a, b]', '"a:b": "${item}"'],
      [
        'StringEquals: {',
        `${text} "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": x }, StringEquals: {`,
      ],
    );
  test.each(['', '"Null": { "dynamodb:LeadingKeys": "true" },', '"Null": { "dynamodb:Select": "false" },'])(
    'not narrowed by %j',
    (text) => {
      expect(keys(text)[0]).toContain(
        'holds where the key is missing: add "Null": { "dynamodb:LeadingKeys": "false" }',
      );
    },
  );
  test.each([
    '"Null": { "dynamodb:LeadingKeys": "false" },',
    '"Null": { "dynamodb:LeadingKeys": ["false"] },',
  ])('narrowed by %j', (text) => {
    expect(keys(text)).toEqual([]);
  });
  test('in a Deny it denies more', () => {
    const deny: Piece = [
      'Resource: ["*"]',
      'Resource: ["*"]\n    Condition: { "ForAllValues:StringEquals": { "a:b": x } }',
    ];
    expect(problems(deny)).toEqual([]);
  });
});

describe('the byte budget', () => {
  const sized = (by: string, ...more: Piece[]) =>
    problems(['table/${level}\n', `table/\${level}${by}\n`], ...more);
  const bytes = (told: readonly string[]) => Number(/of up to (\d+) bytes/.exec(told[0] ?? '')?.[1]);
  const widest = bytes(sized('x'.repeat(900)));

  test('is kept to the byte', () => {
    const fits = 900 - (widest - MAX_SESSION_POLICY_BYTES_AT_WIDEST);
    expect(sized('x'.repeat(fits))).toEqual([]);
    expect(sized('x'.repeat(fits + 1))).toEqual([
      `10:3: make a session policy of up to ${MAX_SESSION_POLICY_BYTES_AT_WIDEST + 1} bytes: ${MAX_SESSION_POLICY_BYTES_AT_WIDEST} fit`,
    ]);
  });

  test('is counted in the account whose Region is longest', () => {
    const accounts = (...regions: readonly string[]) => ({
      'accounts.yaml': `prod: { id: "111122223333", region: ${regions[0]} }\ntest: { id: "444455556666", region: ${regions[1]} }\n`,
      ...table(['[prod]', '[prod, test]'], ['table/${level}\n', `table/\${level}${'x'.repeat(900)}\n`]),
    });
    const told = (...regions: readonly string[]) =>
      bytes(problemsOf(accounts(...regions)).map(({ problem }) => problem));
    const most = told('us-east-1', 'ap-southeast-1');
    expect(most).toBe(widest + 'ap-southeast-1'.length - 'eu-central-1'.length);
    expect(told('ap-southeast-1', 'us-east-1')).toBe(most);
  });

  test('has room for every range of the place, and for the exchange’s own address at its longest', () => {
    const place = (text: string) => bytes(sized('x'.repeat(900), ['place: anywhere', `place: ${text}`]));
    const one = place('{ cidrs: [192.0.2.0/24] }');
    expect(place('{ cidrs: [192.0.2.0/24, 198.51.100.0/24] }')).toBe(one + '"198.51.100.0/24"'.length + 3);
    expect(place('exchange')).toBe(
      one + 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'.length - '192.0.2.0/24'.length,
    );
  });

  test.each([
    ['"NumericLessThan"', 'many'],
    ['"IpAddress"', 'here'],
    ['"DateLessThan"', 'soon'],
    ['"Bool"', 'perhaps'],
  ])('and IAM itself would take it: not %s of %s', (operator, value) => {
    expect(problems(['StringEquals: {', `${operator}: { "a:b": ${value} }, StringEquals: {`])).toEqual([
      expect.stringMatching(
        /^10:3: make a session policy that IAM would not take: .*not of its operator's type$/,
      ),
    ]);
  });
});

test.each(['Table', '1table', 'ta_ble', `t${'a'.repeat(47)}`])(
  'a permission’s file is not called %s: its name becomes a tag and a word of policies',
  (name) => {
    const path = `permissions/${name}.yaml`;
    expect(problemsOf({ [path]: TABLE })).toEqual([
      expect.objectContaining({
        file: path,
        line: 1,
        problem: expect.stringContaining('must be named by the permission'),
      }),
    ]);
  },
);
