/** Roles and what is attached to them. Attaching and detaching are authorised on the role, with the policy as a key. */
import { ACCOUNT } from './account.ts';
import type { Call, ContextKeys } from './call.ts';
import { AwsError } from './errors.ts';
import type { Deed } from './iam-call.ts';
import { roleElements } from './iam-elements.ts';
import { iamParameters } from './iam-input.ts';
import { PAGING, page } from './iam-pages.ts';
import type { Registry, Role } from './registry.ts';

export const attachRolePolicy: Deed = (call, registry) => {
  const { RoleName, PolicyArn } = iamParameters(call, ['RoleName', 'PolicyArn']);
  authorizeOnRole(call, registry, 'iam:AttachRolePolicy', RoleName, { 'iam:PolicyARN': PolicyArn });
  registry.policies.attach(PolicyArn, roleOf(registry, RoleName).name);
};

export const detachRolePolicy: Deed = (call, registry) => {
  const { RoleName, PolicyArn } = iamParameters(call, ['RoleName', 'PolicyArn']);
  authorizeOnRole(call, registry, 'iam:DetachRolePolicy', RoleName, { 'iam:PolicyARN': PolicyArn });
  registry.policies.detach(PolicyArn, roleOf(registry, RoleName).name);
};

/** Here, policies are attached to roles alone: there are no users and no groups. `PathPrefix` is the roles'. */
export const listEntitiesForPolicy: Deed = (call, registry) => {
  const input = iamParameters(call, ['PolicyArn'], ['EntityFilter', 'PathPrefix', ...PAGING]);
  call.authorize('iam:ListEntitiesForPolicy', input.PolicyArn);
  const attached = registry.policies.get(input.PolicyArn).roles;
  const roles = registry
    .roles(input.PathPrefix)
    .filter(({ name }) => (input.EntityFilter ?? 'Role') === 'Role' && attached.includes(name));
  const { items, tail } = page(roles, ({ name }) => name, input);
  return {
    PolicyGroups: {},
    PolicyUsers: {},
    PolicyRoles: { member: items.map(({ name, roleId }) => ({ RoleName: name, RoleId: roleId })) },
    ...tail,
  };
};

/** `PathPrefix` is the policies'. */
export const listAttachedRolePolicies: Deed = (call, registry) => {
  const input = iamParameters(call, ['RoleName'], ['PathPrefix', ...PAGING]);
  authorizeOnRole(call, registry, 'iam:ListAttachedRolePolicies', input.RoleName);
  const role = roleOf(registry, input.RoleName);
  const attached = registry.policies
    .list()
    .filter(({ roles, path }) => roles.includes(role.name) && path.startsWith(input.PathPrefix ?? '/'));
  const { items, tail } = page(attached, ({ name }) => name, input);
  return {
    AttachedPolicies: { member: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })) },
    ...tail,
  };
};

export const listRoles: Deed = (call, registry) => {
  const input = iamParameters(call, [], ['PathPrefix', ...PAGING]);
  call.authorize('iam:ListRoles', '*');
  const { items, tail } = page(registry.roles(input.PathPrefix), ({ name }) => name, input);
  return { Roles: { member: items.map(roleElements) }, ...tail };
};

/** Who may not act on a role does not learn whether there is one: a missing one is judged by the ARN it would have. */
export function authorizeOnRole(
  call: Call,
  registry: Registry,
  action: string,
  roleName: string,
  keys: ContextKeys = {},
): void {
  const role = registry.roleByName(roleName);
  const tags = Object.entries(role?.tags ?? {}).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`iam:ResourceTag/${key}`, value],
  ]);
  call.authorize(action, role?.arn ?? `arn:aws:iam::${ACCOUNT}:role/${roleName}`, {
    ...Object.fromEntries(tags),
    ...keys,
  });
}

export function roleOf(registry: Registry, name: string): Role {
  const role = registry.roleByName(name);
  if (role === null) throw new AwsError(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
  return role;
}
