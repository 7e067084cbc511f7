/** The local AWS with a role that may use IAM, for the tests of IAM. */
import { IAMClient } from '@aws-sdk/client-iam';
import type { PolicyDocument, PolicyStatement } from '../../../core/session/policy-document.ts';
import type { AwsOptions } from '../../../local/aws/server.ts';
import { allow, policy, startWorld, type World } from './world.ts';

export interface IamWorld extends World {
  /** May do everything with IAM. */
  readonly iam: IAMClient;
  /** A client of a role that may do this and no more. */
  as(...statements: PolicyStatement[]): IAMClient;
}

export const IAM_REGION = 'us-east-1';
export const arnOf = (name: string, path = '/'): string => `arn:aws:iam::000000000000:policy${path}${name}`;
export const DENY_ALL: PolicyDocument = policy({ Effect: 'Deny', Action: '*', Resource: '*' });
/** Allows so little that it changes nothing. */
export const HARMLESS: PolicyDocument = policy(allow('sqs:SendMessage', 'arn:aws:sqs:eu-central-1:1:none'));

export async function startIamWorld(options: Partial<AwsOptions> = {}): Promise<IamWorld> {
  const world = await startWorld(options);
  const { registry } = world.aws;
  let roles = 0;
  const as = (...statements: PolicyStatement[]) => {
    roles += 1;
    const name = `operator-${roles}`;
    registry.putRole({
      name,
      path: '/operators/',
      trust: policy(),
      inline: { iam: policy(...statements) },
    });
    const session = registry.issue({ roleName: name, roleSessionName: 'alice', durationSeconds: 3600 });
    return new IAMClient({ ...world.client(session), region: IAM_REGION });
  };
  return { ...world, as, iam: as(allow('iam:*')) };
}
