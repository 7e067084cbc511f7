import { allow, allowIf, deny, denyIf, type IamCase, identity, PAGE, request } from './iam-case.ts';

const tagged = (team: string, resource = 'arn:aws:s3:::team-yellow/x') =>
  request({ resource, context: { 'aws:PrincipalTag/team': team } });

const onTeam = identity(allow({ Resource: 'arn:aws:s3:::team-${aws:PrincipalTag/team}/*' }));
const onTeamOrDefault = identity(
  allow({ Resource: "arn:aws:s3:::team-${aws:PrincipalTag/team, 'company-wide'}/*" }),
);
const named = (key: string) => request({ context: { 's3:prefix': key, 'aws:username': 'alice' } });

export const variables: readonly IamCase[] = [
  {
    name: 'a variable in Resource stands for the principal’s tag',
    reference: PAGE.variables,
    request: tagged('yellow'),
    policies: onTeam,
    expected: 'allowed',
  },
  {
    name: 'another value of the tag does not match',
    reference: PAGE.variables,
    request: tagged('blue'),
    policies: onTeam,
    expected: 'implicitDeny',
  },
  {
    name: 'a variable’s key has no case, tag key included',
    reference: PAGE.variables,
    request: request({
      resource: 'arn:aws:s3:::team-yellow/x',
      context: { 'AWS:principaltag/TEAM': 'yellow' },
    }),
    policies: onTeam,
    expected: 'allowed',
  },
  {
    name: 'a tag whose value is * is no wildcard in Resource',
    reference: PAGE.variables,
    request: tagged('*'),
    policies: onTeam,
    expected: 'implicitDeny',
  },
  {
    name: 'a tag whose value is * is no wildcard in StringLike',
    reference: PAGE.variables,
    request: request({ context: { 's3:prefix': 'alice/', 'aws:PrincipalTag/p': '*' } }),
    policies: allowIf({ StringLike: { 's3:prefix': '${aws:PrincipalTag/p}' } }),
    expected: 'implicitDeny',
  },
  {
    name: 'a tag whose value looks like a variable is not expanded again',
    reference: PAGE.variables,
    request: request({
      context: { 's3:prefix': 'alice', 'aws:username': 'alice', 'aws:PrincipalTag/p': '${aws:username}' },
    }),
    policies: allowIf({ StringEquals: { 's3:prefix': '${aws:PrincipalTag/p}' } }),
    expected: 'implicitDeny',
  },
  {
    name: 'a variable without value matches no Resource',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::team-/x' }),
    policies: onTeam,
    expected: 'implicitDeny',
  },
  {
    name: 'a tag with an empty value is a variable without value',
    reference: PAGE.variables,
    request: tagged('', 'arn:aws:s3:::team-/x'),
    policies: onTeam,
    expected: 'implicitDeny',
    ours: true,
  },
  {
    name: 'a Deny whose Resource has a variable without value denies nothing: do not write one',
    reference: PAGE.variables,
    request: request(),
    policies: identity(allow(), deny({ Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}/*' })),
    expected: 'allowed',
  },
  {
    name: 'NotResource with a variable without value frees nothing from a Deny',
    reference: PAGE.variables,
    request: request(),
    policies: identity(
      allow(),
      deny({ Resource: undefined, NotResource: 'arn:aws:s3:::${aws:PrincipalTag/team}/*' }),
    ),
    expected: 'explicitDeny',
  },
  {
    name: 'NotResource with a variable without value allows nothing',
    reference: PAGE.variables,
    request: request(),
    policies: identity(
      allow({ Resource: undefined, NotResource: 'arn:aws:s3:::${aws:PrincipalTag/team}/*' }),
    ),
    expected: 'implicitDeny',
    ours: true,
  },
  {
    name: 'a default stands in for a missing key',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::team-company-wide/x' }),
    policies: onTeamOrDefault,
    expected: 'allowed',
  },
  {
    name: 'a default is not used when the key is there',
    reference: PAGE.variables,
    request: tagged('yellow', 'arn:aws:s3:::team-company-wide/x'),
    policies: onTeamOrDefault,
    expected: 'implicitDeny',
  },
  {
    name: '${*} is an asterisk and no wildcard',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::reports/anything' }),
    policies: identity(allow({ Resource: 'arn:aws:s3:::reports/${*}' })),
    expected: 'implicitDeny',
  },
  {
    name: '${*} matches an asterisk',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::reports/*' }),
    policies: identity(allow({ Resource: 'arn:aws:s3:::reports/${*}' })),
    expected: 'allowed',
  },
  {
    name: '${?} and ${$} are those characters',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::reports/a?b$c' }),
    policies: identity(allow({ Resource: 'arn:aws:s3:::reports/a${?}b${$}c' })),
    expected: 'allowed',
  },
  {
    name: 'a variable is expanded in StringEquals',
    reference: PAGE.variables,
    request: named('alice'),
    policies: allowIf({ StringEquals: { 's3:prefix': '${aws:username}' } }),
    expected: 'allowed',
  },
  {
    name: 'a variable beside a wildcard in StringLike: the home directory',
    reference: PAGE.operators,
    request: named('home/alice/letters'),
    policies: allowIf({ StringLike: { 's3:prefix': ['', 'home/', 'home/${aws:username}/*'] } }),
    expected: 'allowed',
  },
  {
    name: 'a variable without value is equal to nothing',
    reference: PAGE.variables,
    request: request({ context: { 's3:prefix': 'alice' } }),
    policies: allowIf({ StringEquals: { 's3:prefix': '${aws:username}' } }),
    expected: 'implicitDeny',
  },
  {
    name: 'a negated operator matches against a variable without value',
    reference: PAGE.variables,
    request: request({ context: { 's3:ExistingObjectTag/Team': 'red' } }),
    policies: denyIf({ StringNotEquals: { 's3:ExistingObjectTag/Team': '${aws:PrincipalTag/Team}' } }),
    expected: 'explicitDeny',
  },
  {
    name: 'a multivalued key is no variable',
    reference: PAGE.variables,
    request: request({ resource: 'arn:aws:s3:::team-yellow/x', context: { 'aws:TagKeys': ['yellow'] } }),
    policies: identity(allow({ Resource: 'arn:aws:s3:::team-${aws:TagKeys}/*' })),
    expected: 'implicitDeny',
  },
  {
    name: 'a request tag is a variable: the writ id must end the session name (Writ’s trust)',
    reference: PAGE.tags,
    request: request({
      context: {
        'sts:RoleSessionName': 'claude+01jd3v9q2m8x7c4b',
        'aws:RequestTag/writ:id': '01jd3v9q2m8x7c4b',
      },
    }),
    policies: allowIf({ StringLike: { 'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}' } }),
    expected: 'allowed',
  },
  {
    name: 'a session name with another writ id is refused',
    reference: PAGE.tags,
    request: request({
      context: {
        'sts:RoleSessionName': 'claude+01jd3v9q2m8x7c4c',
        'aws:RequestTag/writ:id': '01jd3v9q2m8x7c4b',
      },
    }),
    policies: allowIf({ StringLike: { 'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}' } }),
    expected: 'implicitDeny',
  },
  {
    name: 'a session name without agent before the + is refused',
    reference: PAGE.tags,
    request: request({
      context: { 'sts:RoleSessionName': '+01jd3v9q2m8x7c4b', 'aws:RequestTag/writ:id': '01jd3v9q2m8x7c4b' },
    }),
    policies: allowIf({ StringLike: { 'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}' } }),
    expected: 'implicitDeny',
  },
  {
    name: 'a malformed variable in an Allow allows nothing',
    reference: PAGE.grammar,
    request: request({ context: { 's3:prefix': '${aws:username' } }),
    policies: allowIf({ StringLike: { 's3:prefix': '${aws:username' } }),
    expected: 'implicitDeny',
    ours: true,
  },
  {
    name: 'a malformed variable in a Deny denies',
    reference: PAGE.grammar,
    request: request({ context: { 's3:prefix': 'alice' } }),
    policies: denyIf({ StringLike: { 's3:prefix': '${aws:username' } }),
    expected: 'explicitDeny',
    ours: true,
  },
];
