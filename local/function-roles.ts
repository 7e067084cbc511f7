/**
 * What each function may do on the laptop, as IAM says it: the separation of duties as on AWS, with one hole. Functions
 * talk to the database engine directly, and it judges nobody; so what a function may do to Writ's own tables is for
 * its role on AWS to say.
 */

import type { Bundle } from '../core/policy/bundle.ts';
import type { PolicyDocument } from '../core/session/policy-document.ts';
import { targetRoles } from '../core/session/roles.ts';
import { ACCOUNT } from './aws/account.ts';
import { functionArn } from './aws/lambda.ts';
import type { Registry, RoleInput } from './aws/registry.ts';
import { functionName, REGION, roleArn, roleName } from './names.ts';

/** Each function's own role, the front door's, and the target roles that the permissions name. */
export function putRoles(registry: Registry, bundle: Bundle, enrolmentKeyArn: string): void {
  for (const role of [...functionRoles(enrolmentKeyArn), frontDoorRole()]) registry.putRole(role);
  for (const account of bundle.accounts.filter(({ id }) => id === ACCOUNT)) {
    for (const role of targetRoles(bundle, account, { mintRoleArn: roleArn('mint') })) {
      registry.putRole({
        name: role.name,
        path: role.path,
        trust: role.trust,
        boundary: role.boundary,
        inline: { permissions: role.permissions, fence: role.fence },
        maxSessionDuration: role.maxSessionSeconds,
      });
    }
  }
}

/** Exchange cannot assume a role; mint can do nothing else. */
const functionRoles = (enrolmentKeyArn: string): readonly RoleInput[] => [
  role('exchange', {
    mint: allow(['lambda:InvokeFunction'], [arnOf('mint')]),
    device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]),
  }),
  role('mint', {
    assume: allow(
      ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      [`arn:aws:iam::${ACCOUNT}:role/writ/*`],
    ),
  }),
  role('enroll', { sign: allow(['kms:Sign'], [enrolmentKeyArn]) }),
  role('permissions', { device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]) }),
  role('metadata', {}),
  role('sweep', {}),
  role('stream', {}),
];

/** Stands for API Gateway, EventBridge and Lambda's own pollers, which may invoke what is theirs to invoke. */
const frontDoorRole = (): RoleInput =>
  role('front-door', {
    invoke: allow(
      ['lambda:InvokeFunction'],
      ['exchange', 'enroll', 'permissions', 'metadata', 'sweep', 'stream'].map(arnOf),
    ),
  });

const arnOf = (duty: string): string => functionArn(REGION, functionName(duty));

const allow = (Action: readonly string[], Resource: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

const role = (duty: string, inline: { readonly [policy: string]: PolicyDocument }): RoleInput => ({
  name: roleName(duty),
  trust: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  },
  inline,
});
