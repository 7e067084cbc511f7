import { Fault } from '../fault.ts';
import type { Account, Bundle } from '../policy/bundle.ts';

/** What a configuration calls the parts of its prober; `writ init` writes them so (docs/decisions/0011). */
export const PROBE_ISSUER = 'probe';
export const PROBER = 'prober';
export const PROBE_PERMISSION = 'probe';
/** Below the public URL: where the public half of the prober's key is. */
export const PROBE_KEYS_PATH = '/probe/jwks';

/** Whether the prober is to run. Nothing else says so. */
export const isProbing = ({ issuers }: Pick<Bundle, 'issuers'>): boolean =>
  issuers.some(({ alias }) => alias === PROBE_ISSUER);

/** Whom the prober speaks as, and what it asks for. */
export interface ProbePlan {
  /** Of its own tokens. */
  readonly iss: string;
  readonly aud: string;
  readonly account: Account;
}

/**
 * Reads the prober's part of a configuration.
 *
 * @throws Fault `misconfigured` where a part of it is missing: a prober that could not ask would look like a broker that
 *   does not answer.
 */
export function probePlan({ issuers, agents, permissions, accounts }: Bundle): ProbePlan {
  const issuer = issuers.find(({ alias }) => alias === PROBE_ISSUER);
  const agent = agents.find((each) => each.agent === PROBER);
  const permission = permissions.find((each) => each.permission === PROBE_PERMISSION);
  const account = accounts.find(
    (each) => each.state === 'active' && permission?.accounts.includes(each.account) === true,
  );
  const [aud] = issuer?.audiences ?? [];
  const isWhole = issuer?.class === 'subject' && agent?.enrolled === true;
  if (!isWhole || account === undefined || aud === undefined) throw new Fault('misconfigured');
  return { iss: issuer.iss, aud, account };
}
