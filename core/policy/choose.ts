import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Details } from '../request.ts';
import type { Account, Bundle, Permission } from './bundle.ts';
import { checkParameters } from './parameters.ts';

/** What was asked for, found in the configuration. Whether this user may have it is Cedar's question. */
export interface Chosen {
  readonly permission: Permission;
  readonly account: Account;
  readonly parameters: { readonly [name: string]: string };
}

/**
 * Finds permission and account by name, and checks the parameters.
 *
 * @returns the refusal `permission_unknown`, `account_unknown` (also for a closed one, and for one in which the
 *   permission cannot be had) or `parameter_invalid`.
 */
export function choose(
  details: Pick<Details, 'permission' | 'account' | 'parameters'>,
  bundle: Bundle,
): Outcome<Chosen> {
  const permission = bundle.permissions.find((each) => each.permission === details.permission);
  if (permission === undefined) {
    return refuse({ reason: 'permission_unknown', permission: details.permission });
  }
  const account = bundle.accounts.find((each) => each.account === details.account);
  if (account?.state !== 'active' || !permission.accounts.includes(account.account)) {
    return refuse({ reason: 'account_unknown', account: details.account });
  }
  const parameters = checkParameters(permission, details.parameters);
  if (!parameters.ok) return parameters;
  return allow({ permission, account, parameters: parameters.value });
}
