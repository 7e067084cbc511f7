import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import type { RoleInput } from '../../../local/aws/registry.ts';
import type { Assumption, JudgeCase } from '../judge-case.ts';
import { ASSUME, allow, arnOfTarget, MINT, MINT_ARN, policy, targetRole } from '../roles.ts';

const EVERYTHING = allow('*');
const READ = { operation: 'GetObject', Bucket: 'example-reports', Key: 'q3/figures.csv' } as const;

const NAMED = { Condition: { StringLike: { 'sts:RoleSessionName': 'ci-*' } } };

/** Roles that trust in one way or another, and roles of which a session has more or less. */
export const roleCases: readonly JudgeCase[] = [
  trusting('a role that names mint', by(MINT_ARN)),
  trusting('a role that names another role', by(arnOfTarget('other'))),
  trusting('a role that names a role whose name begins alike', by(`${MINT_ARN}-2`)),
  trusting('a role that names a service', {
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
  }),
  trusting('a role that names the account', by('arn:aws:iam::000000000000:root')),
  trusting('a role that names another account', by('arn:aws:iam::444455556666:root')),
  trusting('a role that denies mint', by(MINT_ARN), { ...by(MINT_ARN), Effect: 'Deny' }),
  trusting('a role that allows AssumeRole alone', by(MINT_ARN, 'sts:AssumeRole')),
  tagged(trusting('a role that allows AssumeRole alone, with tags', by(MINT_ARN, 'sts:AssumeRole'))),
  tagged(trusting('a role that allows TagSession alone, with tags', by(MINT_ARN, 'sts:TagSession'))),
  asked(
    trusting(
      'a role that allows no source identity, with one',
      by(MINT_ARN, ['sts:AssumeRole', 'sts:TagSession']),
    ),
    {
      SourceIdentity: 'alice',
    },
  ),
  trusting('a role that asks for an external id, without one', {
    ...by(MINT_ARN),
    Condition: { StringEquals: { 'sts:ExternalId': 'x1' } },
  }),
  trusting('a role that asks for a session name, by another', { ...by(MINT_ARN), ...NAMED }),
  asked(trusting('a role that asks for a session name, by that', { ...by(MINT_ARN), ...NAMED }), {
    RoleSessionName: 'ci-7',
  }),

  reading('a session without session policy has what its role has', { statements: [allow('s3:GetObject')] }),
  reading('a session of a role without permissions has none, whatever its session policy', {
    session: EVERYTHING,
  }),
  reading('a session policy narrows its role', { statements: [EVERYTHING], session: allow('sqs:*') }),
  reading('a boundary narrows its role', { statements: [EVERYTHING], boundary: allow('dynamodb:*') }),
  reading('a boundary leaves what it allows', { statements: [EVERYTHING], boundary: allow('s3:*') }),
  reading('a boundary grants nothing', { boundary: allow('s3:*') }),
  reading('a fence denies outside of its resources', { statements: [EVERYTHING, fenced('payroll/*')] }),
  reading('a fence leaves what lies inside', { statements: [EVERYTHING, fenced('example-reports/q3/*')] }),
];

function by(AWS: string, Action: PolicyStatement['Action'] = ASSUME): PolicyStatement {
  return { Effect: 'Allow', Principal: { AWS }, Action };
}

function trusting(name: string, ...trust: PolicyStatement[]): JudgeCase {
  return assuming(name, targetRole(named(name), [EVERYTHING], { trust: policy(...trust) }));
}

function reading(
  name: string,
  by: { statements?: PolicyStatement[]; session?: PolicyStatement; boundary?: PolicyStatement },
): JudgeCase {
  const { statements = [], session, boundary } = by;
  const role = targetRole(named(name), statements, boundary && { boundary: policy(boundary) });
  const reader = { ...assuming(name, role), name, call: READ };
  return session === undefined ? reader : asked(reader, { Policy: JSON.stringify(policy(session)) });
}

function assuming(name: string, role: RoleInput): JudgeCase {
  return {
    name: `AssumeRole of ${name}`,
    roles: [MINT, role],
    caller: { role: MINT.name },
    assume: { RoleArn: arnOfTarget(role.name), RoleSessionName: 'report-writer' },
  };
}

function asked(each: JudgeCase, change: Partial<Assumption>): JudgeCase {
  return { ...each, assume: { ...each.assume, ...change } };
}

function tagged(each: JudgeCase): JudgeCase {
  return asked(each, { Tags: [['team', 'red']] });
}

function fenced(resources: string): PolicyStatement {
  return { Effect: 'Deny', Action: 's3:GetObject', NotResource: `arn:aws:s3:::${resources}` };
}

/** A case's name as a role's. */
function named(name: string): string {
  return name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 64);
}
