import type { Account, Bundle } from '../policy/bundle.ts';

/** Target roles live under this path: trust, guard rails and alarms are written against it. */
export const ROLE_PATH = '/writ/';

export const roleArn = (account: Account, role: string): string =>
  `arn:aws:iam::${account.id}:role${ROLE_PATH}${role}`;

/** ARNs of the roles that the account's permissions name, each once, sorted. */
export const targetRoleArns = (bundle: Pick<Bundle, 'permissions'>, account: Account): readonly string[] => {
  const here = bundle.permissions.filter(({ accounts }) => accounts.includes(account.account));
  return [...new Set(here.map(({ role }) => roleArn(account, role)))].sort();
};
