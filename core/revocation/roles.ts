/** The roles that ending sessions early needs in each account, beside the target roles: what a member's template deploys. */
import type { PolicyDocument } from '../session/policy-document.ts';
import {
  CANARY_ROLE,
  canaryRoleArn,
  DIRECT_PATH,
  denyPolicyArn,
  everyTargetRole,
  PARTS_PATH,
  RECONCILER_ROLE,
} from './names.ts';

export interface PartRole {
  readonly name: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  readonly permissions: PolicyDocument;
  /** Of the role that carries the deny policy: whoever can write that policy must gain nothing by it. */
  readonly boundary?: PolicyDocument;
}

/**
 * @param account - Twelve digits.
 * @param reconcileRoleArn - ARN of the reconcile function's own role: the only principal that either trusts.
 */
export const partRoles = (account: string, reconcileRoleArn: string): readonly PartRole[] => [
  {
    name: RECONCILER_ROLE,
    path: PARTS_PATH,
    trust: document({
      Effect: 'Allow',
      Principal: { AWS: reconcileRoleArn },
      Action: 'sts:AssumeRole',
    }),
    permissions: reconcilerPermissions(account),
  },
  {
    name: CANARY_ROLE,
    path: PARTS_PATH,
    // Of a name that no person's session has: what a canary does is never taken for an agent's.
    trust: document({
      Effect: 'Allow',
      Principal: { AWS: reconcileRoleArn },
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      Condition: { StringLike: { 'sts:SourceIdentity': `${CANARY_ROLE}+?*` } },
    }),
    permissions: CANARY_READS,
    // The reconciler writes the deny policy and takes these sessions: without this it could write itself an administrator.
    boundary: CANARY_READS,
  },
];

/** One policy, and attaching that one to Writ's own roles. It cannot detach or delete it, nor touch another. */
const reconcilerPermissions = (account: string): PolicyDocument => {
  const policy = denyPolicyArn(account);
  return document(
    {
      Effect: 'Allow',
      Action: [
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:ListPolicyVersions',
        'iam:ListEntitiesForPolicy',
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicyVersion',
      ],
      Resource: policy,
    },
    {
      Effect: 'Allow',
      Action: 'iam:AttachRolePolicy',
      Resource: [everyTargetRole(account), canaryRoleArn(account)],
      Condition: { ArnEquals: { 'iam:PolicyARN': policy } },
    },
    // To say which denies responders have attached themselves; IAM knows no resource for it.
    { Effect: 'Allow', Action: 'iam:ListPolicies', Resource: '*' },
  );
};

/**
 * What a responder's own credentials need for `writ revoke --direct`: deny policies of a path of their own, attached to
 * target roles. No other policy can be attached by it, and the reconciler's not be taken off.
 *
 * @param account - Twelve digits.
 */
export const directDenyPermissions = (account: string): PolicyDocument => {
  const policies = `arn:aws:iam::${account}:policy${DIRECT_PATH}*`;
  return document(
    {
      Effect: 'Allow',
      Action: [
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:GetPolicyVersion',
        'iam:ListEntitiesForPolicy',
        'iam:ListPolicyVersions',
      ],
      Resource: policies,
    },
    {
      Effect: 'Allow',
      Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
      Resource: everyTargetRole(account),
      Condition: { ArnLike: { 'iam:PolicyARN': policies } },
    },
    // To find brokered roles, and denies that stand already; IAM knows no narrower resource for lists.
    { Effect: 'Allow', Action: ['iam:ListPolicies', 'iam:ListRoles'], Resource: '*' },
  );
};

const document = (...Statement: PolicyDocument['Statement']): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

/** A real read that needs no resource of anybody's: whether it is refused is all that it is for. */
const CANARY_READS = document({ Effect: 'Allow', Action: 'dynamodb:ListTables', Resource: '*' });
