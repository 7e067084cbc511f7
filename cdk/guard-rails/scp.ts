/** Service control policies: what no principal of the organisation may do, whatever its account's administrator says. */

import { DUTIES } from '../../core/duties.ts';
import { DENY_POLICY_PATH, DIRECT_PATH, PARTS_PATH, RECONCILER_ROLE } from '../../core/revocation/names.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';
import { ROLE_PATH } from '../../core/session/role-arn.ts';
import { functionName, roleArnOf, roleName } from '../names.ts';
import { brokerDeployers, DEPLOYERS, WRIT_TAGS } from './principals.ts';

export interface GuardRailProps {
  /** The broker's account, twelve digits. */
  readonly broker: string;
  /** ARNs with `*`. */
  readonly deployers?: readonly string[] | undefined;
  /** ARNs with `*` of who may deny directly; absent: whoever IAM lets attach such a deny, and only deployers detach it. */
  readonly responders?: readonly string[] | undefined;
}

const role = (path: string, name = '*') => `arn:aws:iam::*:role${path}${name}`;
const policies = (path: string) => `arn:aws:iam::*:policy${path}*`;
const RECONCILER = role(PARTS_PATH, RECONCILER_ROLE);
const OURS = [role(ROLE_PATH), role(PARTS_PATH)];
const DIRECT = policies(DIRECT_PATH);

const POLICY_WRITES = [
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicy',
  'iam:DeletePolicyVersion',
  'iam:SetDefaultPolicyVersion',
];

const deny = (
  Sid: string,
  Action: readonly string[],
  Resource: string | readonly string[],
  Condition?: PolicyStatement['Condition'],
) => ({ Sid, Effect: 'Deny', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }) as const;
const unless = (...principals: readonly string[]) => ({ 'aws:PrincipalArn': principals });
const tagged = { 'ForAnyValue:StringLike': { 'aws:TagKeys': WRIT_TAGS } };

/** For every member account, the broker's too. */
export function memberScp({
  broker,
  deployers = DEPLOYERS,
  responders = [],
}: GuardRailProps): PolicyDocument {
  const mint = roleArnOf(broker, 'mint');
  return document(
    // A session that says `writ:user` without mint would be believed by every policy that reads the tag.
    deny('TagsOfSessions', ['sts:AssumeRole', 'sts:GetFederationToken', 'sts:TagSession'], '*', {
      ...tagged,
      ArnNotEquals: unless(mint),
    }),
    // A role or user that carries such a tag would say the same, always.
    deny('TagsOfPrincipals', ['iam:CreateRole', 'iam:CreateUser', 'iam:TagRole', 'iam:TagUser'], '*', tagged),
    deny('Assume', ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'], role(ROLE_PATH), {
      ArnNotEquals: unless(mint),
    }),
    deny(
      'Roles',
      [
        'iam:CreateRole',
        'iam:DeleteRole',
        'iam:DeleteRolePermissionsBoundary',
        'iam:DeleteRolePolicy',
        'iam:PassRole',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      OURS,
      { ArnNotLike: unless(...deployers) },
    ),
    asDeployers(deployers),
    deny('Attach', ['iam:AttachRolePolicy'], OURS, {
      ArnNotLike: { ...unless(...deployers, RECONCILER), 'iam:PolicyARN': DIRECT },
    }),
    deny('Detach', ['iam:DetachRolePolicy'], OURS, {
      ArnNotLike: { ...unless(...deployers), 'iam:PolicyARN': DIRECT },
    }),
    deny('Policies', POLICY_WRITES, policies(DENY_POLICY_PATH), {
      ArnNotLike: unless(...deployers, RECONCILER),
    }),
    deny('DirectDenies', POLICY_WRITES, DIRECT, { ArnNotLike: unless(...deployers, ...responders) }),
    deny('DirectDetach', ['iam:DetachRolePolicy'], OURS, {
      ArnLike: { 'iam:PolicyARN': DIRECT },
      ArnNotLike: unless(...deployers, ...responders),
    }),
  );
}

/** For the broker's account: its functions, their roles, and the ledger. */
export function brokerScp({ broker, deployers = brokerDeployers(broker) }: GuardRailProps): PolicyDocument {
  const functions = `arn:aws:lambda:*:${broker}:function:writ-*`;
  return document(
    // Whoever could hand mint an intent would still need its tokens; nobody gets to try.
    deny('Mint', ['lambda:InvokeFunction'], `arn:aws:lambda:*:${broker}:function:${functionName('mint')}`, {
      ArnNotEquals: unless(roleArnOf(broker, 'exchange')),
    }),
    deny(
      'Functions',
      [
        'lambda:AddPermission',
        'lambda:DeleteFunction',
        'lambda:RemovePermission',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
      ],
      functions,
      { ArnNotLike: unless(...deployers) },
    ),
    deny(
      'FunctionRoles',
      [
        'iam:AttachRolePolicy',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PassRole',
        'iam:PutRolePolicy',
        'iam:UpdateAssumeRolePolicy',
      ],
      [...DUTIES, 'scheduler' as const].map((duty) => `arn:aws:iam::${broker}:role/${roleName(duty)}`),
      // The one role that a function passes on: to EventBridge, which takes it when a schedule fires.
      { ArnNotLike: unless(...deployers, roleArnOf(broker, 'schedule')) },
    ),
    asDeployers(deployers),
    // Not even an administrator changes what happened.
    deny(
      'Ledger',
      [
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:PartiQLDelete',
        'dynamodb:PartiQLInsert',
        'dynamodb:PartiQLUpdate',
        'dynamodb:UpdateItem',
      ],
      `arn:aws:dynamodb:*:${broker}:table/*-BrokerTablesLedger*`,
    ),
  );
}

/** They are known by their names: else whoever makes a role of such a name would be one of them. */
const asDeployers = (deployers: readonly string[]): PolicyStatement =>
  deny(
    'Deployers',
    ['iam:AttachRolePolicy', 'iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'],
    deployers,
    { ArnNotLike: unless(...deployers) },
  );

const document = (...Statement: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});
