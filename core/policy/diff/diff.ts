import { accessChanges, type Side } from './access.ts';
import type { Change } from './change.ts';
import { mentionedIn } from './mentioned.ts';
import { permissionChanges } from './permissions.ts';
import { policyChanges } from './policies.ts';
import { accountChanges, agentChanges, issuerChanges } from './registrations.ts';

export type { Side } from './access.ts';
export type { Change, Effect } from './change.ts';

export interface Diff {
  readonly changes: readonly Change[];
  /** How many questions the engine was asked. */
  readonly asked: number;
}

/**
 * What changes between two bundles, and which of it widens. Nothing is taken for equal that has not been shown to be:
 * what cannot be decided says so.
 *
 * @param now - NumericDate: registrations that are over give nothing.
 * @throws Fault `policy_engine_failed`.
 */
export function diff(before: Side, after: Side, now: number): Diff {
  const [old, is] = [before.policy.bundle, after.policy.bundle];
  const access = accessChanges(before, after, mentionedIn([before.policy, after.policy]), now);
  const changes = [
    ...issuerChanges(old.issuers, is.issuers),
    ...accountChanges(old.accounts, is.accounts),
    ...agentChanges(old.agents, is.agents),
    ...permissionChanges(old.permissions, is.permissions),
    ...policyChanges(old.policies, is.policies, access.gaveBy),
    ...access.changes,
  ];
  return { changes, asked: access.asked };
}
