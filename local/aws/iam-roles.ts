/** A role as it stands: its trust, its inline policies, what bounds it. Each is authorised on the role. */
import { AwsError } from './errors.ts';
import { authorizeOnRole, roleOf } from './iam-attachments.ts';
import type { Deed } from './iam-call.ts';
import { encodeDocument } from './iam-document.ts';
import { roleElements } from './iam-elements.ts';
import { iamParameters } from './iam-input.ts';
import { PAGING, page } from './iam-pages.ts';

/** ListRoles leaves out the boundary, and so it is asked for here. */
export const getRole: Deed = (call, registry) => {
  const { RoleName } = iamParameters(call, ['RoleName']);
  authorizeOnRole(call, registry, 'iam:GetRole', RoleName);
  const role = roleOf(registry, RoleName);
  const { boundaryArn } = role;
  return {
    Role: {
      ...roleElements(role),
      PermissionsBoundary:
        boundaryArn === undefined
          ? undefined
          : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundaryArn },
    },
  };
};

export const listRolePolicies: Deed = (call, registry) => {
  const input = iamParameters(call, ['RoleName'], PAGING);
  authorizeOnRole(call, registry, 'iam:ListRolePolicies', input.RoleName);
  const names = Object.keys(roleOf(registry, input.RoleName).inline ?? {}).sort();
  const { items, tail } = page(names, (name) => name, input);
  return { PolicyNames: { member: items }, ...tail };
};

export const getRolePolicy: Deed = (call, registry) => {
  const { RoleName, PolicyName } = iamParameters(call, ['RoleName', 'PolicyName']);
  authorizeOnRole(call, registry, 'iam:GetRolePolicy', RoleName);
  const { inline = {} } = roleOf(registry, RoleName);
  const document = Object.hasOwn(inline, PolicyName) ? inline[PolicyName] : undefined;
  if (document === undefined) {
    throw new AwsError(404, 'NoSuchEntity', `The role policy with name ${PolicyName} cannot be found.`);
  }
  return { RoleName, PolicyName, PolicyDocument: encodeDocument(JSON.stringify(document)) };
};
