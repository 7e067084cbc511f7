import type { PolicyStatement } from '../../../core/session/policy-document.ts';
import type { Session } from '../../../local/aws/registry.ts';
import { policy, type World } from './world.ts';

/** A session of a role that may do this, and nothing else. */
export function caller(world: World, name: string, ...statements: PolicyStatement[]): Session {
  const role = world.aws.registry.putRole({
    name,
    trust: policy({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    inline: { may: policy(...statements) },
  });
  return world.aws.serviceSession({
    service: 'lambda.amazonaws.com',
    roleArn: role.arn,
    roleSessionName: name,
    durationSeconds: 3600,
  });
}
