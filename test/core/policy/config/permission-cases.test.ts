import { describe, expect, test } from 'vitest';
import { permissionCases } from '../../../../core/policy/config/permission-cases.ts';
import { bundleOf, type Change } from '../installation.ts';

const ACCOUNTS = `prod: { id: "111122223333", region: eu-central-1 }
test: { id: "444455556666", region: us-east-1 }
`;

const TABLE = `description: Reads.
accounts: [prod]
role: read
longest: 900
place: exchange
statements:
  - Action: dynamodb:GetItem
    Resource: arn:aws:dynamodb:\${region}:\${account}:table/reports
    Condition: { "Null": { "aws:MultiFactorAuthAge": "true" } }
allows:
  - { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:\${region}:\${account}:table/reports" }
denies:
  - { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:\${region}:\${account}:table/salaries" }
`;

/** The cases of the table's permission with one change, which does not change the others' names. */
const casesOf = (from: string, to: string) =>
  permissionCases(
    bundleOf({ 'accounts.yaml': ACCOUNTS, 'permissions/table.yaml': changed(from, to) }).bundle,
  ).filter(({ permission }) => permission === 'table');

function changed(from: string, to: string): Change {
  if (!TABLE.includes(from)) throw new Error(`the table has no ${from}`);
  return TABLE.replace(from, () => to);
}
const condition = (text: string) =>
  casesOf('Condition: { "Null": { "aws:MultiFactorAuthAge": "true" } }', `Condition: ${text}`);
const problems = (cases: ReturnType<typeof casesOf>) => cases.map(({ problem }) => problem);

test('each case is judged in each account of its permission, and in no other', () => {
  const named = (kind: string, table: string, account: string, arn: string) => ({
    name: `table in ${account} ${kind} dynamodb:GetItem on arn:aws:dynamodb:${arn}:table/${table}`,
    permission: 'table',
    problem: null,
  });
  const prod = [
    named('allows', 'reports', 'prod', 'eu-central-1:111122223333'),
    named('denies', 'salaries', 'prod', 'eu-central-1:111122223333'),
  ];
  expect(casesOf('x', 'x')).toEqual(prod);
  expect(casesOf('[prod]', '[prod, test]')).toEqual([
    ...prod,
    named('allows', 'reports', 'test', 'us-east-1:444455556666'),
    named('denies', 'salaries', 'test', 'us-east-1:444455556666'),
  ]);
});

test('what should be allowed and is not, and the other way round', () => {
  expect(problems(casesOf('table/reports" }', 'table/report" }'))).toEqual(['it is implicitDeny', null]);
  expect(problems(casesOf('table/salaries', 'table/reports'))).toEqual([null, 'it is allowed']);
  const denied = problems(
    casesOf(
      'Condition: {',
      'Effect: Deny\n  - Action: dynamodb:GetItem\n    Resource: "*"\n    Condition: {',
    ),
  );
  expect(denied[0]).toBe('it is explicitDeny, by statement 0');
});

describe('a case is a request inside the place, before the deadline, with its parameters', () => {
  test.each([
    'exchange',
    'anywhere',
    '{ cidrs: [198.51.100.0/24, 203.0.113.0/24] }',
    '{ vpcs: [vpc-0123456789abcdef0, vpc-11111111] }',
  ])('%s', (place) => {
    expect(problems(casesOf('place: exchange', `place: ${place}`))).toEqual([null, null]);
  });

  test.each([
    '{ StringEquals: { "aws:RequestedRegion": "${region}" } }',
    '{ Bool: { "aws:SecureTransport": "true" } }',
    '{ Bool: { "aws:ViaAWSService": "false" } }',
    '{ IpAddress: { "aws:SourceIp": 192.0.2.1/32 } }',
    '{ DateEquals: { "aws:CurrentTime": "2027-01-15T08:00:00Z" } }',
    '{ "Null": { "aws:SourceVpc": "true" } }',
  ])('%s', (text) => {
    expect(problems(condition(text))).toEqual([null, null]);
  });

  test('what a case says itself counts more', () => {
    const text = '{ StringEquals: { "aws:RequestedRegion": eu-west-1, "s3:prefix": q3 } }';
    const cases = casesOf(
      'Condition: { "Null": { "aws:MultiFactorAuthAge": "true" } }\nallows:\n  - {',
      `Condition: ${text}\nallows:\n  - { context: { "aws:RequestedRegion": eu-west-1, "s3:prefix": [q3] },`,
    );
    expect(problems(cases)).toEqual([null, null]);
  });
});
