import { Fault } from '../../fault.ts';
import { parsePolicy } from '../../iam/parse.ts';
import { MAX_SESSION_POLICY_BYTES_AT_WIDEST } from '../../limits.ts';
import { type Place, sessionPolicy } from '../../session/session-policy.ts';
import type { Permission, PlaceRule } from '../bundle.ts';
import { PARAMETER_TYPES, widestValue } from '../parameters.ts';
import type { AccountsFile } from './schemas.ts';

/** An instant with four digits for the year: its text is as long as any that will be. */
const SOME_DEADLINE = 4_000_000_000;
/** As long as an address can be written. */
const WIDEST_ADDRESS = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128';

/**
 * Whether IAM would take the session policy, and it stays within its part of STS's 4,096 bytes, whatever the
 * parameters.
 *
 * @returns what is wrong, as a sentence; `null`: nothing.
 */
export function budgetProblem(permission: Permission, accounts: AccountsFile): string | null {
  const regions = permission.accounts.map((name) => accounts[name]?.region ?? '');
  const region = regions.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  const account = {
    account: 'widest',
    id: '0'.repeat(PARAMETER_TYPES.account.longest),
    region,
    state: 'active',
  } as const;
  const parameters = Object.fromEntries(
    Object.entries(permission.parameters).map(([name, type]) => [name, widestValue(type)]),
  );
  const limit = MAX_SESSION_POLICY_BYTES_AT_WIDEST;
  try {
    const bounds = { place: widestPlace(permission.place), deadline: SOME_DEADLINE };
    const text = sessionPolicy(permission, { parameters, account }, bounds);
    const parsed = parsePolicy(text, 'identity');
    if (!parsed.ok) return `make a session policy that IAM would not take: ${parsed.problem}`;
    const bytes = new TextEncoder().encode(text).length;
    return bytes <= limit ? null : `make a session policy of up to ${bytes} bytes: ${limit} fit`;
  } catch (error) {
    // It refuses what is longer than STS takes at all.
    if (error instanceof Fault) return `make a session policy that STS would not take: ${limit} bytes fit`;
    throw error;
  }
}

const widestPlace = (place: PlaceRule): Place =>
  place.kind === 'exchange' ? { kind: 'cidrs', cidrs: [WIDEST_ADDRESS] } : place;
