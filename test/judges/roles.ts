import type { PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import type { RoleInput } from '../../local/aws/registry.ts';
import { roleArn, roleName } from '../../local/names.ts';

export const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

export const allow = (
  Action: string | readonly string[],
  Resource: string | readonly string[] = '*',
): PolicyStatement => ({ Effect: 'Allow', Action, Resource });

export const deny = (
  Action: string | readonly string[],
  Condition?: PolicyStatement['Condition'],
): PolicyStatement => ({ Effect: 'Deny', Action, Resource: '*', ...(Condition && { Condition }) });

export const arnOfTarget = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/writ/${name}`;

/** A role whose sessions ask STS, as a Lambda function's do. */
export const callerRole = (name: string, ...statements: PolicyStatement[]): RoleInput => ({
  name,
  trust: policy({
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  }),
  inline: statements.length === 0 ? {} : { own: policy(...statements) },
});

export const ASSUME = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] as const;

/** As Writ deploys it: mint may assume target roles, and nothing else. */
export const MINT = callerRole(roleName('mint'), allow(ASSUME, arnOfTarget('*')));
export const MINT_ARN = roleArn('mint');

/** A target role for one question, which trusts mint in plain words. */
export const targetRole = (
  name: string,
  statements: readonly PolicyStatement[],
  more: Partial<RoleInput> = {},
): RoleInput => ({
  name,
  path: '/writ/',
  trust: policy({ Effect: 'Allow', Principal: { AWS: MINT_ARN }, Action: ASSUME }),
  inline: statements.length === 0 ? {} : { permissions: policy(...statements) },
  ...more,
});
