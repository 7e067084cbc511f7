import { ACCOUNT } from '../../local/aws/account.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import type { Judge } from './judge-case.ts';

export function localJudge({ endpoint, registry }: LocalAws): Judge {
  return {
    endpoint,
    async putRole(role) {
      registry.putRole(role);
    },
    async attach(role, policy, document) {
      registry.putRole({ ...role, managed: { ...role.managed, [policy]: document } });
    },
    async detach(role) {
      registry.putRole(role);
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
