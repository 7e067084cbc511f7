import {
  AttachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { RoleFacts } from '../core/doctor/facts.ts';
import { denyPolicyArn, PARTS_PATH } from '../core/revocation/names.ts';
import { ROLE_PATH } from '../core/session/role-arn.ts';
import { filled } from './doctor-answer.ts';

/** Writ's roles in one account: those below `/writ/` and `/writ-parts/`, with all their documents. */
export async function writRoles(client: IAMClient): Promise<readonly RoleFacts[]> {
  const names: string[] = [];
  for (const PathPrefix of [ROLE_PATH, PARTS_PATH]) {
    for await (const { Roles = [] } of paginateListRoles({ client }, { PathPrefix })) {
      names.push(...Roles.map(({ RoleName }) => filled(RoleName)));
    }
  }
  const roles: RoleFacts[] = [];
  // One after the other: IAM's reads are few a second.
  for (const name of names) roles.push(await writRole(client, name));
  return roles;
}

/** ListRoles leaves out the boundary. */
async function writRole(client: IAMClient, RoleName: string): Promise<RoleFacts> {
  const { Role } = await client.send(new GetRoleCommand({ RoleName }));
  const boundaryArn = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  const [inline, attached, boundary] = await Promise.all([
    inlinePolicies(client, RoleName),
    attachedPolicies(client, RoleName),
    boundaryArn === undefined ? null : managedPolicy(client, boundaryArn),
  ]);
  return {
    name: RoleName,
    path: filled(Role?.Path),
    trust: decodeURIComponent(filled(Role?.AssumeRolePolicyDocument)),
    inline,
    attached,
    boundary,
    maxSessionSeconds: filled(Role?.MaxSessionDuration),
  };
}

async function inlinePolicies(client: IAMClient, RoleName: string): Promise<RoleFacts['inline']> {
  const found: RoleFacts['inline'][number][] = [];
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      found.push({ name: PolicyName, text: decodeURIComponent(filled(PolicyDocument)) });
    }
  }
  return found;
}

async function attachedPolicies(client: IAMClient, RoleName: string): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName })) {
    arns.push(...AttachedPolicies.map(({ PolicyArn }) => filled(PolicyArn)));
  }
  return arns;
}

async function managedPolicy(client: IAMClient, PolicyArn: string) {
  const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = filled(Policy?.DefaultVersionId);
  const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return { arn: PolicyArn, text: decodeURIComponent(filled(PolicyVersion?.Document)) };
}

/** A repair: puts the account's deny policy back on a role. Attached already is success. */
export const attachDeny = (client: IAMClient, account: string, RoleName: string) =>
  client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: denyPolicyArn(account) }));
