import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CANARY_ROLE, PARTS_PATH } from '../../core/revocation/names.ts';
import { directDenyPermissions, type PartRole, partRoles } from '../../core/revocation/roles.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';

export const WATCH_ROLE = 'watch';
export const watchRoleArn = (account: string): string =>
  `arn:aws:iam::${account}:role${PARTS_PATH}${WATCH_ROLE}`;

export interface PartRolesProps {
  /** Twelve digits. */
  readonly account: string;
  /** ARN of the reconcile function's role. */
  readonly reconcileRoleArn: string;
  readonly denyPolicyArn: string;
  /** ARN of the bus that the account's rules send to. */
  readonly watchBusArn: string;
}

/** What ending and watching need in an account: the reconciler's foot, the canary, the rules' sender, the responders' way. */
export class PartRoles extends Construct {
  constructor(scope: Construct, id: string, props: PartRolesProps) {
    super(scope, id);
    for (const part of partRoles(props.account, props.reconcileRoleArn)) {
      const { name, path, trust, permissions, boundary } = part;
      new CfnRole(this, name, {
        roleName: name,
        path,
        description: `Writ: ${name}`,
        assumeRolePolicyDocument: trust,
        policies: [{ policyName: 'permissions', policyDocument: permissions }],
        ...(boundary && { permissionsBoundary: this.boundaryOf(part, boundary).ref }),
        // The canary is denied as every target role is: that is what it shows.
        ...(name === CANARY_ROLE ? { managedPolicyArns: [props.denyPolicyArn] } : {}),
      });
    }
    new CfnRole(this, WATCH_ROLE, {
      roleName: WATCH_ROLE,
      path: PARTS_PATH,
      description: 'Writ: sends what the rules of this account saw to the broker',
      assumeRolePolicyDocument: document({
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': props.account } },
      }),
      policies: [
        {
          policyName: 'permissions',
          policyDocument: document({
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: props.watchBusArn,
          }),
        },
      ],
    });
    new CfnManagedPolicy(this, 'DirectDeny', {
      managedPolicyName: 'writ-responder-direct',
      description:
        'May attach a deny to brokered roles with nothing of Writ in the way: writ revoke --direct.',
      policyDocument: directDenyPermissions(props.account),
    });
  }

  private boundaryOf({ name, path }: PartRole, policyDocument: PolicyDocument): CfnManagedPolicy {
    return new CfnManagedPolicy(this, `${name}-boundary`, {
      managedPolicyName: `${name}-boundary`,
      path,
      description: `The most that sessions of ${name} can do, whatever its other policies come to say.`,
      policyDocument,
    });
  }
}

const document = (...Statement: readonly PolicyStatement[]) => ({ Version: '2012-10-17', Statement });
