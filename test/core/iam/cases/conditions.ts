import type { AwsRequest } from '../../../../core/iam/request.ts';
import type { Conditions } from '../../../../core/session/policy-document.ts';
import { allowIf, denyIf, type IamCase, PAGE, request } from './iam-case.ts';

type Keys = AwsRequest['context'];

/** Whether an Allow with this condition applies. */
const holds = (
  name: string,
  condition: Conditions,
  context: Keys,
  reference: string = PAGE.operators,
): IamCase => ({
  name,
  reference,
  request: request({ context }),
  policies: allowIf(condition),
  expected: 'allowed',
});

const fails = (
  name: string,
  condition: Conditions,
  context: Keys,
  reference: string = PAGE.operators,
): IamCase => ({
  ...holds(name, condition, context, reference),
  expected: 'implicitDeny',
});

/** Whether a Deny with this condition applies. */
const denies = (
  name: string,
  condition: Conditions,
  context: Keys,
  reference: string = PAGE.operators,
): IamCase => ({
  name,
  reference,
  request: request({ context }),
  policies: denyIf(condition),
  expected: 'explicitDeny',
});

const spares = (
  name: string,
  condition: Conditions,
  context: Keys,
  reference: string = PAGE.operators,
): IamCase => ({
  ...denies(name, condition, context, reference),
  expected: 'allowed',
});

const ours = (each: IamCase): IamCase => ({ ...each, ours: true });

const at = (time: string): Keys => ({ 'aws:CurrentTime': time });
const DEADLINE = { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-24T12:00:00Z' } };
const from = (ip: string): Keys => ({ 'aws:SourceIp': ip, 'aws:ViaAWSService': 'false' });
const PLACE = { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' }, Bool: { 'aws:ViaAWSService': 'false' } };
const team = (value: string): Keys => ({ 'aws:PrincipalTag/team': value });
const arn = (value: string): Keys => ({ 'aws:SourceArn': value });
const FINANCE = { 'aws:SourceArn': 'arn:aws:someservice:*:111122223333:finance/*' };
const SHIFTED = 'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt';

const strings: readonly IamCase[] = [
  holds(
    'StringEquals matches the exact value',
    { StringEquals: { 'aws:PrincipalTag/team': 'red' } },
    team('red'),
  ),
  fails('StringEquals has case', { StringEquals: { 'aws:PrincipalTag/team': 'Red' } }, team('red')),
  fails('StringEquals knows no wildcards', { StringEquals: { 'aws:PrincipalTag/team': 'r*' } }, team('red')),
  fails('StringEquals fails on a missing key', { StringEquals: { 'aws:PrincipalTag/team': 'red' } }, {}),
  holds(
    'condition keys have no case',
    { StringEquals: { 'AWS:principalTAG/Team': 'red' } },
    team('red'),
    PAGE.keys,
  ),
  holds(
    'StringNotEquals holds for another value',
    { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } },
    team('blue'),
  ),
  fails(
    'StringNotEquals fails for the value',
    { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } },
    team('red'),
  ),
  denies(
    'StringNotEquals holds for a missing key',
    { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } },
    {},
  ),
  holds(
    'StringEqualsIgnoreCase has no case',
    { StringEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'RED' } },
    team('red'),
  ),
  fails(
    'StringNotEqualsIgnoreCase has no case',
    { StringNotEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'RED' } },
    team('red'),
  ),
  holds('StringLike knows * and ?', { StringLike: { 'aws:PrincipalTag/team': 'r?d-*' } }, team('red-one')),
  fails('StringLike has case', { StringLike: { 'aws:PrincipalTag/team': 'R*' } }, team('red')),
  fails('StringLike matches the whole value', { StringLike: { 'aws:PrincipalTag/team': 're' } }, team('red')),
  fails('?* asks for at least one character', { StringLike: { 'aws:PrincipalTag/team': '?*' } }, team('')),
  fails('?* asks for the key to be there', { StringLike: { 'aws:PrincipalTag/team': '?*' } }, {}),
  spares(
    'StringNotLike fails for a like value',
    { StringNotLike: { 'aws:PrincipalTag/team': 'r*' } },
    team('red'),
  ),
  denies('StringNotLike holds for a missing key', { StringNotLike: { 'aws:PrincipalTag/team': 'r*' } }, {}),
];

const many: readonly IamCase[] = [
  holds(
    'several values of a key: one is enough',
    { StringEquals: { 'aws:PrincipalTag/team': ['blue', 'red'] } },
    team('red'),
    PAGE.multiple,
  ),
  fails(
    'several values under a negated operator: none may match',
    { StringNotEquals: { 'aws:PrincipalTag/team': ['blue', 'red'] } },
    team('red'),
    PAGE.multiple,
  ),
  fails(
    'several keys of an operator: all must hold',
    { StringEquals: { 'aws:PrincipalTag/team': 'red', 'aws:PrincipalTag/role': 'audit' } },
    team('red'),
    PAGE.multiple,
  ),
  fails(
    'several operators: all must hold',
    { StringEquals: { 'aws:PrincipalTag/team': 'red' }, Bool: { 'aws:SecureTransport': 'true' } },
    { ...team('red'), 'aws:SecureTransport': 'false' },
    PAGE.multiple,
  ),
  ours(
    denies(
      'a key with several values under an operator without set: a Deny counts',
      { StringEquals: { 'aws:TagKeys': 'x' } },
      { 'aws:TagKeys': ['a', 'b'] },
      PAGE.sets,
    ),
  ),
  ours(
    fails(
      'a key with several values under an operator without set: an Allow does not count',
      { StringNotEquals: { 'aws:TagKeys': 'x' } },
      { 'aws:TagKeys': ['a', 'b'] },
      PAGE.sets,
    ),
  ),
];

const numbersAndDates: readonly IamCase[] = [
  holds(
    'NumericEquals compares numbers, not text',
    { NumericEquals: { 's3:max-keys': '10' } },
    { 's3:max-keys': '10.0' },
  ),
  holds(
    'NumericLessThanEquals takes the limit in',
    { NumericLessThanEquals: { 's3:max-keys': '10' } },
    { 's3:max-keys': '10' },
  ),
  fails(
    'NumericLessThan leaves the limit out',
    { NumericLessThan: { 's3:max-keys': '10' } },
    { 's3:max-keys': '10' },
  ),
  holds(
    'NumericGreaterThan is not by text: 9 < 10',
    { NumericGreaterThan: { 's3:max-keys': '9' } },
    { 's3:max-keys': '10' },
  ),
  denies('NumericNotEquals holds for a missing key', { NumericNotEquals: { 's3:max-keys': '10' } }, {}),
  fails(
    'NumericLessThanEquals fails on a missing key',
    { NumericLessThanEquals: { 's3:max-keys': '10' } },
    {},
  ),
  spares('one second before the deadline the session may act', DEADLINE, at('2026-11-24T11:59:59Z')),
  denies('at the deadline the session is denied', DEADLINE, at('2026-11-24T12:00:00Z')),
  denies('dates compare as instants, whatever their offset', DEADLINE, at('2026-11-24T13:00:00+01:00')),
  spares('an offset can also lie before the deadline', DEADLINE, at('2026-11-24T12:59:59+01:00')),
  holds(
    'a date may be epoch seconds',
    { DateLessThan: { 'aws:EpochTime': '2026-11-24T12:00:00Z' } },
    { 'aws:EpochTime': '1795521599' },
  ),
  spares(
    'DateLessThan fails on a missing key: long-term keys have no issue time',
    { DateLessThan: { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' } },
    {},
  ),
  denies(
    'DateLessThanIfExists denies what was issued before (a revocation)',
    { DateLessThanIfExists: { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' } },
    { 'aws:TokenIssueTime': '2026-11-24T11:59:59Z' },
  ),
  spares(
    'DateLessThanIfExists spares what was issued at the cut-off',
    { DateLessThanIfExists: { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' } },
    { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' },
  ),
  denies(
    'DateLessThanIfExists denies a request without issue time',
    { DateLessThanIfExists: { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' } },
    {},
  ),
  ours(denies('a request time that is no date does not outrun the deadline', DEADLINE, at('soon'))),
  ours(
    denies(
      'a deadline that is no date denies',
      { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-02-30' } },
      at('2026-01-01T00:00:00Z'),
    ),
  ),
];

const boolsAndNulls: readonly IamCase[] = [
  holds('Bool matches true', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }),
  denies(
    'Bool matches false',
    { Bool: { 'aws:SecureTransport': 'false' } },
    { 'aws:SecureTransport': 'false' },
  ),
  spares('Bool fails on a missing key', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, {}),
  denies(
    'BoolIfExists holds for a missing key',
    { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    {},
  ),
  denies('Null true: the key must be missing', { Null: { 'aws:TokenIssueTime': 'true' } }, {}),
  spares(
    'Null true fails when the key is there',
    { Null: { 'aws:TokenIssueTime': 'true' } },
    { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' },
  ),
  holds(
    'Null false: the key must be there',
    { Null: { 'aws:TokenIssueTime': 'false' } },
    { 'aws:TokenIssueTime': '2026-11-24T12:00:00Z' },
  ),
  fails('Null false fails when the key is missing', { Null: { 'aws:TokenIssueTime': 'false' } }, {}),
  ours(
    fails(
      'an empty list counts as a missing key',
      { Null: { 'aws:TagKeys': 'false' } },
      { 'aws:TagKeys': [] },
    ),
  ),
];

const addresses: readonly IamCase[] = [
  holds(
    'IpAddress matches within an IPv4 range',
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    from('203.0.113.255'),
  ),
  fails(
    'IpAddress fails just outside of it',
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    from('203.0.114.0'),
  ),
  fails(
    'an address without prefix is one address',
    { IpAddress: { 'aws:SourceIp': '203.0.113.7' } },
    from('203.0.113.8'),
  ),
  holds(
    'IpAddress matches within an IPv6 range',
    { IpAddress: { 'aws:SourceIp': '2001:DB8:1234:5678::/64' } },
    from('2001:db8:1234:5678:ffff::1'),
  ),
  fails(
    'IpAddress fails outside of an IPv6 range',
    { IpAddress: { 'aws:SourceIp': '2001:DB8:1234:5678::/64' } },
    from('2001:db8:1234:5679::1'),
  ),
  holds(
    'IPv4 and IPv6 ranges stand side by side',
    { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:DB8::/32'] } },
    from('2001:db8::9'),
  ),
  fails(
    'an IPv6 address is in no IPv4 range',
    { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
    from('2001:db8::9'),
  ),
  fails('IpAddress fails on a missing key', { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }, {}),
  denies('NotIpAddress with ViaAWSService false denies another place', PLACE, from('198.51.100.7')),
  spares('… and spares the place', PLACE, from('192.0.2.44')),
  spares('… and spares a service that acts for the session', PLACE, {
    ...from('198.51.100.7'),
    'aws:ViaAWSService': 'true',
  }),
  denies('… and denies a request without source address', PLACE, { 'aws:ViaAWSService': 'false' }),
  ours(
    denies('a source address that cannot be read does not pass for the place', PLACE, from('192.0.2.044')),
  ),
  ours(
    denies(
      'an IPv4-mapped address is its IPv4 address',
      { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      from('::ffff:192.0.2.1'),
    ),
  ),
];

const arns: readonly IamCase[] = [
  holds(
    'ArnLike knows wildcards in each part',
    { ArnLike: FINANCE },
    arn('arn:aws:someservice:us-east-2:111122223333:finance/a/b'),
  ),
  fails('ArnLike keeps wildcards within their part', { ArnLike: FINANCE }, arn(SHIFTED)),
  holds('StringLike would take colons along', { StringLike: FINANCE }, arn(SHIFTED)),
  holds(
    'ArnEquals is ArnLike',
    { ArnEquals: FINANCE },
    arn('arn:aws:someservice:us-east-2:111122223333:finance/a'),
  ),
  fails(
    'ArnEquals has case',
    { ArnEquals: FINANCE },
    arn('arn:aws:someservice:us-east-2:111122223333:Finance/a'),
  ),
  denies('ArnNotLike holds for a missing key', { ArnNotLike: FINANCE }, {}),
  denies(
    'ArnNotEquals holds for another ARN',
    { ArnNotEquals: FINANCE },
    arn('arn:aws:sns:us-east-2:111122223333:t'),
  ),
  fails(
    'ArnLike fails on what is no ARN',
    { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } },
    arn('reports'),
  ),
  fails(
    'colons that a tag brings along do not move the parts of an ARN',
    { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:${aws:PrincipalTag/region}:222233334444:q' } },
    {
      ...arn('arn:aws:sqs:eu-west-1:666677778888:222233334444:q'),
      'aws:PrincipalTag/region': 'eu-west-1:666677778888',
    },
  ),
];

const ifExists: readonly IamCase[] = [
  holds('…IfExists holds for a missing key', { StringLikeIfExists: { 'ec2:InstanceType': 't2.*' } }, {}),
  fails(
    '…IfExists is checked when the key is there',
    { StringLikeIfExists: { 'ec2:InstanceType': 't2.*' } },
    { 'ec2:InstanceType': 'm5.large' },
  ),
  denies(
    'a negated operator with IfExists still denies without the tag',
    { StringNotEqualsIfExists: { 'aws:PrincipalTag/team': 'red' } },
    {},
  ),
  fails(
    'IfExists excuses its own key only',
    { StringLikeIfExists: { 'ec2:InstanceType': 't2.*' }, StringEquals: { 'aws:PrincipalTag/team': 'red' } },
    {},
  ),
];

const sets: readonly IamCase[] = [
  holds(
    'ForAllValues: every value of the request must match one of the policy’s',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } },
    { 'aws:TagKeys': ['a', 'b'] },
    PAGE.sets,
  ),
  fails(
    'ForAllValues fails when one value is not listed',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
    { 'aws:TagKeys': ['a', 'x'] },
    PAGE.sets,
  ),
  holds(
    'ForAllValues holds for a missing key',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
    {},
    PAGE.sets,
  ),
  holds(
    'ForAllValues holds for an empty list',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
    { 'aws:TagKeys': [] },
    PAGE.sets,
  ),
  holds(
    'ForAllValues holds for an empty string',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
    { 'aws:TagKeys': '' },
    PAGE.sets,
  ),
  fails(
    'ForAllValues beside Null false asks for the key as well',
    { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' }, Null: { 'aws:TagKeys': 'false' } },
    {},
    PAGE.sets,
  ),
  holds(
    'ForAnyValue: one value of the request is enough',
    { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
    { 'aws:TagKeys': ['x', 'b'] },
    PAGE.sets,
  ),
  fails(
    'ForAnyValue fails when none matches',
    { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'writ:*' } },
    { 'aws:TagKeys': ['x', 'y'] },
    PAGE.sets,
  ),
  fails(
    'ForAnyValue fails on a missing key',
    { 'ForAnyValue:StringLike': { 'aws:TagKeys': '*' } },
    {},
    PAGE.sets,
  ),
  fails(
    'ForAnyValue fails on an empty list',
    { 'ForAnyValue:StringLike': { 'aws:TagKeys': '*' } },
    { 'aws:TagKeys': [] },
    PAGE.sets,
  ),
  denies(
    'ForAnyValue with a negated operator finds the value that is not listed',
    { 'ForAnyValue:StringNotLike': { 'aws:TagKeys': 'writ:*' } },
    { 'aws:TagKeys': ['writ:id', 'admin'] },
    PAGE.sets,
  ),
  fails(
    'ForAllValues with a negated operator: no value may be listed',
    { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a', 'b'] } },
    { 'aws:TagKeys': ['a', 'x'] },
    PAGE.sets,
  ),
  holds(
    'the one value of a single-valued key is a set of one',
    { 'ForAnyValue:StringEquals': { 'aws:PrincipalTag/team': ['red', 'blue'] } },
    team('red'),
    PAGE.sets,
  ),
];

const unknown: readonly IamCase[] = [
  ours(
    denies(
      'a value that cannot be read: a Deny counts whatever else it asks for',
      { DateLessThan: { 'aws:CurrentTime': 'noon' }, StringEquals: { 'aws:PrincipalTag/team': 'red' } },
      { ...team('blue'), ...at('2026-11-24T12:00:00Z') },
    ),
  ),
  ours(
    denies(
      'an operator that does not exist: a Deny counts whatever else it asks for',
      { StringMatches: { 'aws:PrincipalTag/team': 'red' }, StringEquals: { 'aws:PrincipalTag/team': 'red' } },
      team('blue'),
    ),
  ),
  ours(
    fails(
      'an operator that does not exist: an Allow does not count',
      { StringMatches: { 'aws:PrincipalTag/team': 'red' } },
      team('red'),
    ),
  ),
  ours(
    denies(
      'an operator that does not exist: a Deny counts',
      { StringMatches: { 'aws:PrincipalTag/team': 'red' } },
      team('blue'),
    ),
  ),
  ours(
    denies(
      'NullIfExists does not exist',
      { NullIfExists: { 'aws:PrincipalTag/team': 'true' } },
      team('blue'),
    ),
  ),
  ours(
    denies(
      'operators are spelled with case',
      { stringEquals: { 'aws:PrincipalTag/team': 'red' } },
      team('blue'),
    ),
  ),
];

export const conditions: readonly IamCase[] = [
  ...strings,
  ...many,
  ...numbersAndDates,
  ...boolsAndNulls,
  ...addresses,
  ...arns,
  ...ifExists,
  ...sets,
  ...unknown,
];
