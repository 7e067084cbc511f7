/**
 * The deny policy of an account, as a deploy first makes it.
 *
 * CloudFormation leaves a resource alone whose properties have not changed, whatever became of it at AWS; where one has, it
 * writes all of them. So nothing here may ever change: any change would put the first document in place of the live one,
 * and let back in, until a reconciler's next minute, whom it denied. What is attached to it stands at the roles. A test
 * freezes every byte; the reconciler, which holds the document to what is revoked, is the second line.
 */
import { CfnDeletionPolicy } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Denies a session that there never is: IAM takes no empty document. */
const FIRST_DOCUMENT = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { StringLike: { 'aws:SourceIdentity': 'canary+first' } },
    },
  ],
};

/** Made with the account's roles, and kept when the stack goes: a deny outlives who wrote it. */
export function denyPolicy(scope: Construct): CfnManagedPolicy {
  const policy = new CfnManagedPolicy(scope, 'DenyPolicy', {
    managedPolicyName: 'deny',
    path: '/writ/',
    description: 'What Writ denies. Written by its reconciler alone: any other change is undone.',
    policyDocument: FIRST_DOCUMENT,
  });
  policy.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  policy.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return policy;
}
