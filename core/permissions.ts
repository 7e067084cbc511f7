/** POST /permissions: what this user, on this device, with this agent may ask for. Nothing is issued. */
import type { Answer } from './answer.ts';
import type { Identified } from './grant.ts';
import { identify } from './identify.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { spendOf } from './ledger/spend.ts';
import { DEFAULT_DURATION_SECONDS } from './limits.ts';
import { parseTokenRequest } from './parse.ts';
import type { Account, ParameterType, Permission } from './policy/bundle.ts';
import { wouldPermit } from './policy/decide.ts';
import type { ExchangePorts } from './ports.ts';
import type { Received } from './request.ts';
import { type Seen, see } from './seen.ts';
import { actsFor } from './tokens/bind.ts';

export type PermissionsPorts = Omit<ExchangePorts, 'mint'>;

/** What may be asked for, as `authorization_details` spells it. */
export interface Listed {
  readonly permission: string;
  readonly description: string;
  /** Their names in the configuration. */
  readonly accounts: readonly string[];
  /** Seconds. */
  readonly longest: number;
  readonly parameters: { readonly [name: string]: ParameterType };
}

/**
 * One list. Each entry was asked for as an exchange would, with the parameters of the permission's first example: with
 * others, at another hour or from another place policy may decide otherwise, so the list promises nothing.
 *
 * @returns the permissions, in the order of the configuration, each with the accounts in which it can be had; those that
 *   nobody like this may have are left out. Or the refusal, with the id of its record once a token counted.
 * @throws Fault where anything of ours did not work.
 */
export async function permissions(
  received: Received,
  ports: PermissionsPorts,
): Promise<Answer<readonly Listed[]>> {
  const seen = see(received, 'permissions', ports);
  const request = parseTokenRequest(received, 'permissions');
  if (!request.ok) return recordRefusal(request.refusal, seen, ports);
  seen.request = request.value;
  const identified = await identify(request.value, seen, ports);
  if (!identified.ok) return recordRefusal(identified.refusal, seen, ports);

  // A list causes no record, so what it spends is spent by itself.
  const spent = await ports.ledger.spend(spendOf(seen.writ, identified.value.proof, identified.value.actor));
  if (spent === 'proof_spent') return recordRefusal({ reason: 'dpop_replayed' }, seen, ports);
  if (spent === 'actor_token_of_another_key') return recordRefusal({ reason: spent }, seen, ports);

  const { bundle } = ports.policy;
  const listed = bundle.permissions.flatMap((permission) => {
    const accounts = bundle.accounts
      .filter(({ account, state }) => state === 'active' && permission.accounts.includes(account))
      .filter((account) => mayAsk(permission, account, identified.value, seen, ports))
      .map(({ account }) => account);
    return accounts.length === 0 ? [] : [shown(permission, accounts)];
  });
  return { ok: true, value: listed };
}

/** Asks as an exchange would, with the first of the permission's own examples as parameters. */
function mayAsk(
  permission: Permission,
  account: Account,
  identified: Identified,
  seen: Seen,
  ports: PermissionsPorts,
): boolean {
  const { agent, actor, subject, binding } = identified;
  const actorBy = actsFor(agent, actor, subject, permission.permission);
  if (actorBy === null) return false;
  const details = {
    task: 'list',
    purpose: 'list',
    duration: Math.min(DEFAULT_DURATION_SECONDS, permission.longest),
  };
  const chosen = { permission, account, parameters: permission.allows[0]?.with ?? {} };
  const asked = {
    ...identified,
    binding: { ...binding, actor: actorBy },
    chosen,
    details,
    address: seen.received.sourceAddress,
    now: seen.now,
  };
  return wouldPermit(asked, ports.authorize);
}

const shown = (permission: Permission, accounts: readonly string[]): Listed => ({
  permission: permission.permission,
  description: permission.description,
  accounts,
  longest: permission.longest,
  parameters: permission.parameters,
});
