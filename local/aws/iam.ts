import type { Handler, Service } from './call.ts';
import * as attachments from './iam-attachments.ts';
import type { Deed } from './iam-call.ts';
import * as managed from './iam-managed.ts';
import * as roles from './iam-roles.ts';
import * as versions from './iam-versions.ts';
import type { OperationName } from './operations.ts';
import { queryAction, queryAnswer } from './query.ts';
import type { Registry } from './registry.ts';

/** Managed policies, and reading roles. Roles are made by the stack alone; AWS's own policies are not here. */
export function createIam(registry: Registry): Service<'iam'> {
  const does =
    (operation: OperationName<'iam'>, deed: Deed): Handler =>
    (call) =>
      queryAnswer('iam', operation, call, deed(call, registry));
  return {
    protocol: 'query',
    route: queryAction,
    operations: {
      CreatePolicy: does('CreatePolicy', managed.createPolicy),
      GetPolicy: does('GetPolicy', managed.getPolicy),
      ListPolicies: does('ListPolicies', managed.listPolicies),
      DeletePolicy: does('DeletePolicy', managed.deletePolicy),
      CreatePolicyVersion: does('CreatePolicyVersion', versions.createPolicyVersion),
      GetPolicyVersion: does('GetPolicyVersion', versions.getPolicyVersion),
      ListPolicyVersions: does('ListPolicyVersions', versions.listPolicyVersions),
      SetDefaultPolicyVersion: does('SetDefaultPolicyVersion', versions.setDefaultPolicyVersion),
      DeletePolicyVersion: does('DeletePolicyVersion', versions.deletePolicyVersion),
      AttachRolePolicy: does('AttachRolePolicy', attachments.attachRolePolicy),
      DetachRolePolicy: does('DetachRolePolicy', attachments.detachRolePolicy),
      ListEntitiesForPolicy: does('ListEntitiesForPolicy', attachments.listEntitiesForPolicy),
      ListAttachedRolePolicies: does('ListAttachedRolePolicies', attachments.listAttachedRolePolicies),
      ListRoles: does('ListRoles', attachments.listRoles),
      GetRole: does('GetRole', roles.getRole),
      ListRolePolicies: does('ListRolePolicies', roles.listRolePolicies),
      GetRolePolicy: does('GetRolePolicy', roles.getRolePolicy),
    },
  };
}
