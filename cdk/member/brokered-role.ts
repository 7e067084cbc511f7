import type { CfnTag } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { TargetRole } from '../../core/session/roles.ts';

export interface BrokeredRoleProps {
  /** Of `targetRoles`: documents and names as mint expects them. */
  readonly role: TargetRole;
  /** The account's deny policy, by reference: the role must not be there before it. */
  readonly denyPolicyArn: string;
  readonly tags?: readonly CfnTag[];
}

/** A role that mint assumes and nobody else, with boundary, fence and the account's deny policy. */
export class BrokeredRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { role, denyPolicyArn, tags }: BrokeredRoleProps) {
    super(scope, id);
    const boundary = new CfnManagedPolicy(this, 'Boundary', {
      managedPolicyName: `${role.name}-boundary`,
      path: role.path,
      description: `The most that sessions of ${role.name} can do.`,
      policyDocument: role.boundary,
    });
    new CfnRole(this, 'Role', {
      roleName: role.name,
      path: role.path,
      description: 'Assumed by Writ alone, for one writ at a time.',
      assumeRolePolicyDocument: role.trust,
      maxSessionDuration: role.maxSessionSeconds,
      permissionsBoundary: boundary.ref,
      managedPolicyArns: [denyPolicyArn],
      policies: [
        { policyName: 'permissions', policyDocument: role.permissions },
        { policyName: 'fence', policyDocument: role.fence },
      ],
      ...(tags === undefined ? {} : { tags: [...tags] }),
    });
    this.arn = role.arn;
  }
}
