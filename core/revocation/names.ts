/** What the parts of ending sessions early are called in every account, which is always twelve digits here. */
import { ROLE_PATH } from '../session/role-arn.ts';

/** Roles of ours beside the target roles, on a path of their own: no rung of the ladder reaches them by role. */
export const PARTS_PATH = '/writ-parts/';
/** The deny policies that responders attach themselves stand apart: the reconciler never touches them. */
export const DIRECT_PATH = '/writ-direct/';

export const DENY_POLICY_PATH = '/writ/';
export const DENY_POLICY = 'deny';
export const denyPolicyArn = (account: string): string =>
  `arn:aws:iam::${account}:policy${DENY_POLICY_PATH}${DENY_POLICY}`;

export const CANARY_ROLE = 'canary';
export const canaryRoleArn = (account: string): string => partArn(account, CANARY_ROLE);

/** What reconcile assumes for its calls to IAM. */
export const RECONCILER_ROLE = 'reconciler';
export const reconcilerRoleArn = (account: string): string => partArn(account, RECONCILER_ROLE);

/** What an ARN of a target role begins with, whether the configuration names that role or not any more. */
export const targetRolesArn = (account: string): string => `arn:aws:iam::${account}:role${ROLE_PATH}`;
/** A pattern of them all. */
export const everyTargetRole = (account: string): string => `${targetRolesArn(account)}*`;

const partArn = (account: string, name: string): string => `arn:aws:iam::${account}:role${PARTS_PATH}${name}`;

/** The source identity that one document denies, and no other does. */
export const canaryIdentity = (generation: string): string => `canary+${generation}`;

/** The source identity that no document denies. */
export const CONTROL_IDENTITY = 'canary+control';

/** A role's name is the end of its ARN: no other role of the account has it, whatever its path. */
export const roleNameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
