import type { Stack } from '../stack.ts';
import { writOfKey } from './ledger.ts';
import { type Person, said } from './writ.ts';

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

/** What an agent asks for, as flags of `writ credentials`. */
export interface Wanted {
  readonly permission: string;
  readonly parameters?: readonly string[];
  readonly agent: string;
  readonly task: string;
  readonly purpose: string;
  /** Seconds. */
  readonly duration?: number;
}

/** Alice's: her agent summarises the quarter's figures. */
export const FIGURES = {
  permission: 'reports-read',
  parameters: ['prefix=q3'],
  agent: 'report-writer',
  task: 'FIN-1234',
  purpose: 'Summarise the Q3 figures',
} as const satisfies Wanted;

export interface Asked {
  readonly granted: { readonly writ: string; readonly credentials: Credentials } | null;
  /** For a reader to type. */
  readonly typed: string;
  readonly said: string;
}

/** Asks for credentials as that person's agent would. */
export async function ask(stack: Stack, person: Person, wanted: Wanted): Promise<Asked> {
  const args = argsOf(wanted);
  const ran = await person.writ(...args);
  const credentials = ran.exit === 0 ? (JSON.parse(ran.stdout) as Credentials) : null;
  const writ = credentials && (await writOfKey(stack, credentials.AccessKeyId));
  return {
    granted: credentials && writ ? { writ, credentials } : null,
    typed: person.types(...args),
    // What was granted is a secret, and not told.
    said: ran.exit === 0 ? 'credentials that stand in no ledger' : said(ran),
  };
}

const argsOf = ({ permission, parameters = [], agent, task, purpose, duration }: Wanted): string[] => [
  ...['credentials', '--profile', 'local', '--permission', permission, '--account', 'prod'],
  ...parameters.flatMap((parameter) => ['--parameter', parameter]),
  ...['--agent', agent, '--task', task, '--purpose', purpose],
  ...(duration === undefined ? [] : ['--duration', String(duration)]),
];
