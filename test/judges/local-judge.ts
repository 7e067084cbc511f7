import { ACCOUNT } from '../../local/aws/account.ts';
import { policyArn } from '../../local/aws/iam-policies.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import type { Judge } from './judge-case.ts';

export function localJudge({ endpoint, registry }: LocalAws): Judge {
  return {
    endpoint,
    async putRole(role) {
      registry.putRole(role);
    },
    async attach(role, policy, document) {
      const { policies } = registry;
      const { arn } = policies.create({ name: policy, path: '/', document: JSON.stringify(document) });
      policies.attach(arn, role.name);
    },
    async detach(role, policy) {
      const arn = policyArn('/', policy);
      registry.policies.detach(arn, role.name);
      registry.policies.delete(arn);
    },
    async callerSession({ role, policy }) {
      const { accessKeyId, secretAccessKey, sessionToken } = registry.issue({
        roleName: role,
        roleSessionName: 'caller',
        durationSeconds: 3600,
        functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${role}`,
        ...(policy && { policy }),
      });
      return { accessKeyId, secretAccessKey, sessionToken };
    },
  };
}
