import { DeleteBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import type { RoleInput } from '../../local/aws/registry.ts';
import { assume } from './ask.ts';
import { derivedTrust } from './derived.ts';
import { iamAdmin } from './iam-admin.ts';
import type { BucketPolicy, Credentials, Judge } from './judge-case.ts';
import { clientOf } from './service-call.ts';

/** What had to be left out of roles' trust, each once. */
export interface MinistackJudge extends Judge {
  readonly leftOut: ReadonlySet<string>;
  /** @returns what takes it off again. */
  putBucketPolicy(policy: BucketPolicy): Promise<() => Promise<void>>;
}

export function ministackJudge(endpoint: string, root: Credentials): MinistackJudge {
  const iam = iamAdmin(endpoint, root);
  const leftOut = new Set<string>();
  const arnOf = (policy: string): string => `arn:aws:iam::${ACCOUNT}:policy/${policy}`;
  const attach = async (role: RoleInput, policy: string, document: PolicyDocument): Promise<void> => {
    await iam('CreatePolicy', { PolicyName: policy, PolicyDocument: JSON.stringify(document) });
    await iam('AttachRolePolicy', { RoleName: role.name, PolicyArn: arnOf(policy) });
  };
  return {
    endpoint,
    leftOut,
    async putRole(role) {
      const trust = isCaller(role) ? BY_ROOT : derivedTrust(role.trust);
      for (const each of trust.leftOut) leftOut.add(each);
      const boundary = role.boundary === undefined ? undefined : `boundary-${role.name}`;
      if (boundary !== undefined)
        await iam('CreatePolicy', {
          PolicyName: boundary,
          PolicyDocument: JSON.stringify(role.boundary),
        });
      await iam('CreateRole', {
        RoleName: role.name,
        Path: role.path ?? '/',
        AssumeRolePolicyDocument: JSON.stringify(trust.document),
        PermissionsBoundary: boundary === undefined ? undefined : arnOf(boundary),
        MaxSessionDuration: role.maxSessionDuration?.toString(),
      });
      for (const [name, document] of Object.entries(role.inline ?? {})) {
        await iam('PutRolePolicy', {
          RoleName: role.name,
          PolicyName: name,
          PolicyDocument: JSON.stringify(document),
        });
      }
    },
    attach,
    async detach(role, policy) {
      await iam('DetachRolePolicy', { RoleName: role.name, PolicyArn: arnOf(policy) });
      await iam('DeletePolicy', { PolicyArn: arnOf(policy) });
    },
    async putBucketPolicy({ bucket, document }) {
      const s3 = new S3Client(clientOf(endpoint, root));
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(document) }));
      return async () => {
        await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
        s3.destroy();
      };
    },
    callerSession: ({ role, policy }) =>
      assume(endpoint, root, {
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
        RoleSessionName: 'caller',
        ...(policy && { Policy: JSON.stringify(policy) }),
      }),
  };
}

/** Lambda hands a function its session; here the root user takes it in Lambda's place. */
const isCaller = ({ path }: RoleInput): boolean => path === undefined;

const BY_ROOT = {
  leftOut: [],
  document: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
    ],
  },
} as const;
