/** What IAM's answers say of policies and roles; CloudTrail says the same in its own spelling. */
import { encodeDocument } from './iam-document.ts';
import type { ManagedPolicy, PolicyVersion } from './iam-history.ts';
import { lowerFirst } from './iam-input.ts';
import type { Role } from './registry.ts';
import { trailDate, trailTime } from './trail-event.ts';

type Elements = { readonly [name: string]: string | number | boolean };

/** Without the description, which only GetPolicy tells. */
export const policyElements = (policy: ManagedPolicy): Elements => ({
  PolicyName: policy.name,
  PolicyId: policy.policyId,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion.id,
  AttachmentCount: policy.roles.length,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: trailTime(policy.createdAt),
  UpdateDate: trailTime(policy.updatedAt),
});

/** Without the document, which only GetPolicyVersion tells. */
export const versionElements = (version: PolicyVersion, policy: ManagedPolicy): Elements => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion.id,
  CreateDate: trailTime(version.createdAt),
});

export const roleElements = (role: Role): Elements => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: trailTime(role.createdAt),
  AssumeRolePolicyDocument: encodeDocument(JSON.stringify(role.trust)),
  MaxSessionDuration: role.maxSessionDuration,
});

/** For CloudTrail's `responseElements`. */
export const inTrail = (elements: Elements): Elements =>
  Object.fromEntries(
    Object.entries(elements).map(([name, value]) => [
      lowerFirst(name),
      name.endsWith('Date') ? trailDate(Date.parse(String(value))) : value,
    ]),
  );
