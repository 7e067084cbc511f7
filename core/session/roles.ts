/** The roles that mint assumes, as they must stand in an account: what CDK, StackSets and the laptop deploy. */
import { Fault } from '../fault.ts';
import { MAX_CHAINED_SECONDS } from '../limits.ts';
import type { Account, Bundle, Permission } from '../policy/bundle.ts';
import { boundary } from './boundary.ts';
import { fence } from './fence.ts';
import type { PolicyDocument } from './policy-document.ts';
import { ROLE_PATH, roleArn } from './role-arn.ts';
import { trustPolicy } from './trust.ts';
import { widest } from './widest.ts';

export interface TargetRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly maxSessionSeconds: number;
  readonly trust: PolicyDocument;
  /** What the widest of its permissions allows; a session policy takes its part of it. */
  readonly permissions: PolicyDocument;
  readonly boundary: PolicyDocument;
  readonly fence: PolicyDocument;
}

/**
 * @param account - One of the bundle's accounts.
 * @returns One role for each name that the account's permissions give, sorted by name.
 * @throws Fault `misconfigured` where a permission allows nothing, so that its role would be without bounds.
 */
export function targetRoles(
  bundle: Bundle,
  account: Account,
  { mintRoleArn }: { readonly mintRoleArn: string },
): readonly TargetRole[] {
  const here = bundle.permissions.filter(({ accounts }) => accounts.includes(account.account));
  const names = [...new Set(here.map(({ role }) => role))].sort();
  return names.map((name) => {
    const permissions = here.filter(({ role }) => role === name);
    const statements = permissions.flatMap((permission) => widest(permission, account));
    if (statements.length === 0) throw new Fault('misconfigured');
    return {
      name,
      path: ROLE_PATH,
      arn: roleArn(account, name),
      maxSessionSeconds: MAX_CHAINED_SECONDS,
      trust: trustPolicy(mintRoleArn),
      permissions: { Version: '2012-10-17', Statement: statements.map(withoutSid) },
      boundary: boundary(statements, liftsOf(permissions)),
      fence: fence(statements),
    };
  });
}

/** Two permissions of one role may use the same Sid, and IAM refuses a document that has one twice. */
const withoutSid = ({ Sid: _, ...statement }: ReturnType<typeof widest>[number]) => statement;

const liftsOf = (permissions: readonly Permission[]): Permission['lifts'] =>
  [...new Set(permissions.flatMap(({ lifts }) => lifts))].sort();
