import type { Account } from '../bundle.ts';
import type { AccountsFile } from './schemas.ts';
import type { Problem } from './source.ts';
import type { Parsed } from './yaml.ts';

/** Accounts by the names that requests use; `active` unless closed. */
export const accounts = (file: AccountsFile): Account[] =>
  Object.entries(file).map(([account, { id, region, state }]) => ({
    account,
    id,
    region,
    state: state ?? 'active',
  }));

/** Two names for one account would be two sets of permissions for one set of roles. */
export function sharedAccounts({ value, problem }: Parsed<AccountsFile>): Problem[] {
  const first = new Map<string, string>();
  return Object.entries(value).flatMap(([name, { id }]) => {
    const other = first.get(id);
    first.set(id, other ?? name);
    return other === undefined ? [] : [problem([name, 'id'], `is already ${other}'s`)];
  });
}
