import type { Cleanup } from './cleanup.ts';
import type { Clients, Credentials } from './clients.ts';
import type { Patience } from './eventually.ts';

/** Where a check is run: an account, whoever asks, and names that nobody else has. */
export interface Laboratory {
  /** A writ id: it has the time in it, by which a sweep tells what was left behind. */
  readonly run: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** `UserId` of whoever runs the tests: the only one who may take the roles that they make. */
  readonly userId: string;
  readonly clients: Clients;
  readonly clientsOf: (credentials: Credentials) => Clients;
  readonly cleanup: Cleanup;
  readonly patience: Patience;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Notes what was measured. */
  readonly say: (line: string) => void;
  readonly organization: Organization | null;
}

export interface Organization {
  /** `r-…` */
  readonly root: string;
  /** A member account, twelve digits: a stack without resources comes and goes there. */
  readonly member: string;
}

export const NAME_PREFIX = 'writ-test-';
export const PATH_PREFIX = '/writ-test/';

/** Of roles, policies, buckets, tables, queues, stacks and the rest. */
export const nameOf = ({ run }: Pick<Laboratory, 'run'>, what: string): string =>
  `${NAME_PREFIX}${run}-${what}`;

/** Of roles and policies. @param below - Ends with `/`. */
export const pathOf = ({ run }: Pick<Laboratory, 'run'>, below = ''): string =>
  `${PATH_PREFIX}${run}/${below}`;

/** No tag below `writ:`: guard rails keep those for mint. */
export const tagsOf = ({ run }: Pick<Laboratory, 'run'>): { Key: string; Value: string }[] => [
  { Key: 'writ-test', Value: run },
];
