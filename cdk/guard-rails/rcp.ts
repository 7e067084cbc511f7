/** A resource control policy: who may not reach the organisation's roles, also from outside of it. */
import { CANARY_ROLE, PARTS_PATH, RECONCILER_ROLE } from '../../core/revocation/names.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';
import { ROLE_PATH } from '../../core/session/role-arn.ts';
import { roleArnOf } from '../names.ts';
import { WRIT_TAGS } from './principals.ts';
import type { GuardRailProps } from './scp.ts';

const ASSUME = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:SetSourceIdentity',
  'sts:TagSession',
];

/**
 * People who sign in through SAML or OpenID Connect are no principals of an account: service control policies do not see
 * them, and an identity provider can set any session tag. They have no `aws:PrincipalArn`, and what is absent differs.
 */
export function memberRcp({ broker }: Pick<GuardRailProps, 'broker'>): PolicyDocument {
  const mint = roleArnOf(broker, 'mint');
  const parts = [CANARY_ROLE, RECONCILER_ROLE].map((name) => `arn:aws:iam::*:role${PARTS_PATH}${name}`);
  return {
    Version: '2012-10-17',
    Statement: [
      deny('Tags', '*', {
        'ForAnyValue:StringLike': { 'aws:TagKeys': WRIT_TAGS },
        ArnNotEquals: { 'aws:PrincipalArn': mint },
      }),
      deny('Roles', `arn:aws:iam::*:role${ROLE_PATH}*`, { ArnNotEquals: { 'aws:PrincipalArn': mint } }),
      deny('Parts', parts, { ArnNotEquals: { 'aws:PrincipalArn': roleArnOf(broker, 'reconcile') } }),
    ],
  };
}

const deny = (
  Sid: string,
  Resource: string | readonly string[],
  Condition: PolicyStatement['Condition'],
): PolicyStatement =>
  ({ Sid, Effect: 'Deny', Principal: '*', Action: ASSUME, Resource, Condition }) as PolicyStatement;
