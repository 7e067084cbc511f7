import type { Account } from '../policy/bundle.ts';

/** Target roles live under this path: trust, guard rails and alarms are written against it. */
export const ROLE_PATH = '/writ/';

export const roleArn = (account: Account, role: string): string =>
  `arn:aws:iam::${account.id}:role${ROLE_PATH}${role}`;
