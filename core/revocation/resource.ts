/** What is to be ended, as policies see it. */
import type { Agent, Bundle } from '../policy/bundle.ts';
import type { RevokeResource } from '../policy/revoke-question.ts';
import type { Device } from '../tokens/identities.ts';
import { WRIT_ALIAS } from '../tokens/writ-issuer.ts';
import { isWrit, type PrincipalTarget, type Target, type WritTarget } from './target.ts';

export const resourceOf = (target: Target, bundle: Bundle): RevokeResource =>
  isWrit(target) ? writResource(target, bundle) : principalResource(target, bundle);

/** A writ as policies see it. */
export function writResource({ intent }: Pick<WritTarget, 'intent'>, bundle: Bundle): RevokeResource {
  const { agent } = intent.actor;
  const { id, kind, compliant } = intent.device;
  return {
    kind: 'writ',
    value: intent.writ,
    user: intent.subject.id,
    agent: { agent, owner: ownerOf(agent, bundle.agents) },
    device: { id, kind, compliant },
    task: intent.task.value,
    permission: intent.permission,
    account: accountName(intent.account, bundle),
  };
}

/** Its name in the configuration, or its number where it has none any more. @param id - Twelve digits. */
export const accountName = (id: string, { accounts }: Bundle): string =>
  accounts.find((each) => each.id === id)?.account ?? id;

function principalResource({ kind, value }: PrincipalTarget, { agents, issuers }: Bundle): RevokeResource {
  switch (kind) {
    case 'agent':
      return { kind, value, owner: ownerOf(value, agents) };
    case 'device':
      return { kind, value, device: deviceKindOf(value, issuers) };
    default:
      return { kind, value };
  }
}

/** `null`: it is registered no more, and nobody answers for it. */
export const ownerOf = (agent: string, agents: readonly Agent[]): string | null =>
  agents.find((each) => each.agent === agent)?.owner ?? null;

/** By who would vouch for a device of this name: nobody shows it now. */
export function deviceKindOf(value: string, issuers: Bundle['issuers']): Device['kind'] {
  const alias = value.slice(0, value.indexOf(':'));
  if (alias === WRIT_ALIAS) return 'enrolled';
  return issuers.some((each) => each.alias === alias && each.class === 'attestation')
    ? 'attested'
    : 'claimed';
}
