import { deviceKindOf, ownerOf } from '../../revocation/resource.ts';
import { identityTag, tagValue } from '../../session/encode.ts';
import type { Bundle } from '../bundle.ts';
import type { RevokeResource } from '../revoke-question.ts';
import { quoted } from './source.ts';
import type { RevokeAsk } from './test-schema.ts';

type Named = RevokeAsk['of'];
type NamedWrit = Extract<Named, { readonly writ: object }>['writ'];

/** What a case names to be ended, as a question has it; or what is wrong with it. */
export function resourceNamed(of: Named, bundle: Bundle): RevokeResource | string {
  if ('writ' in of) return writNamed(of.writ, bundle);
  if ('user' in of) return { kind: 'user', value: identity(of.user) };
  if ('device' in of) {
    const value = identity(of.device);
    return { kind: 'device', value, device: deviceKindOf(value, bundle.issuers) };
  }
  if ('agent' in of) return { kind: 'agent', value: of.agent, owner: ownerOf(of.agent, bundle.agents) };
  if ('task' in of) return { kind: 'task', value: tagValue(of.task) };
  if ('permission' in of) return { kind: 'permission', value: of.permission };
  return 'role' in of ? { kind: 'role', value: of.role } : { kind: 'all', value: of.all };
}

/** A session of what is not there was issued by another configuration: then the case is about a misspelling. */
function writNamed(writ: NamedWrit, bundle: Bundle): RevokeResource | string {
  const { user, agent, permission, account, task, device } = writ;
  if (!bundle.agents.some((each) => each.agent === agent)) return `there is no agent ${quoted(agent)}`;
  if (!bundle.permissions.some((each) => each.permission === permission)) {
    return `there is no permission ${quoted(permission)}`;
  }
  if (!bundle.accounts.some((each) => each.account === account))
    return `there is no account ${quoted(account)}`;
  return {
    kind: 'writ',
    value: '0000000000000000',
    user: identity(user),
    agent: { agent, owner: ownerOf(agent, bundle.agents) },
    device: {
      id: identity(device?.id ?? 'writ:device'),
      kind: device?.kind ?? 'enrolled',
      compliant: device?.compliant ?? null,
    },
    task: task ?? 'CASE-1',
    permission,
    account,
  };
}

/** `<alias>:<name>`, spelled as in the tag. */
function identity(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? tagValue(text) : identityTag(text.slice(0, colon), text.slice(colon + 1));
}
