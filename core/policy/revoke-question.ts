import type { Mode } from '../parse/revocation.ts';
import type { PolicyQuestion } from '../ports.ts';
import { tagValue } from '../session/encode.ts';
import type { Device } from '../tokens/identities.ts';
import { entity, reference, type SignedIn, signIn, uid, user, withoutNulls } from './question.ts';

export interface RevokeAsked extends SignedIn {
  readonly mode: Mode;
  readonly of: RevokeResource;
}

/** What is to be ended, or to be known of, as policies see it. `value` is the entity's id: as in the tag. */
export type RevokeResource =
  | {
      readonly kind: 'writ';
      readonly value: string;
      readonly user: string;
      readonly agent: { readonly agent: string; readonly owner: string | null };
      readonly device: Pick<Device, 'id' | 'kind' | 'compliant'>;
      /** As asked for. */
      readonly task: string;
      readonly permission: string;
      /** Its name in `accounts.yaml`, or its number where it has none any more. */
      readonly account: string;
    }
  | { readonly kind: 'agent'; readonly value: string; readonly owner: string | null }
  | { readonly kind: 'device'; readonly value: string; readonly device: Device['kind'] }
  | { readonly kind: 'user' | 'task' | 'permission' | 'role' | 'all'; readonly value: string };

/** Answers for an agent that is registered no more. No issuer is called `writ`, so nobody is a member. */
const NOBODY = 'writ:nobody';

/** May this user end, block or lift this? */
export const revokeQuestion = (asked: RevokeAsked): PolicyQuestion =>
  question('revoke', asked, { ...signIn(asked), mode: asked.mode });

export interface ReadAsked extends SignedIn {
  readonly of: RevokeResource;
}

/** May this user know of this? */
export const readQuestion = (asked: ReadAsked): PolicyQuestion => question('read', asked, signIn(asked));

function question(
  action: 'revoke' | 'read',
  asked: ReadAsked,
  context: PolicyQuestion['context'],
): PolicyQuestion {
  const principal = user(asked.subject);
  const [resource, ...others] = entitiesOf(asked.of);
  // Somebody who ends their own sessions stands there once, with their groups.
  const known = [resource, ...others].filter(({ uid }) => !isSame(uid, principal.uid));
  return {
    principal: principal.uid,
    action: uid('Action', action),
    resource: resource.uid,
    context,
    entities: [principal, ...known],
  };
}

type Known = ReturnType<typeof entity>;

/** The resource first, then what it names. */
function entitiesOf(of: RevokeResource): readonly [Known, ...Known[]] {
  switch (of.kind) {
    case 'writ':
      return writEntities(of);
    case 'user':
      return [someone(of.value)];
    case 'agent':
      return [agent(of.value, of.owner)];
    case 'device':
      return [entity(uid('Device', of.value), { kind: of.device })];
    case 'task':
      return [entity(uid('Task', of.value), {})];
    case 'permission':
      return [entity(uid('Permission', of.value), {})];
    case 'role':
      return [entity(uid('Role', of.value), {})];
    case 'all':
      return [entity(uid('Installation', of.value), {})];
  }
}

function writEntities(of: Extract<RevokeResource, { readonly kind: 'writ' }>): readonly [Known, ...Known[]] {
  const { id, kind, compliant } = of.device;
  const task = tagValue(of.task);
  return [
    entity(uid('Writ', of.value), {
      user: reference('User', of.user),
      agent: reference('Agent', of.agent.agent),
      device: reference('Device', id),
      task: reference('Task', task),
      permission: reference('Permission', of.permission),
      account: of.account,
    }),
    someone(of.user),
    agent(of.agent.agent, of.agent.owner),
    entity(uid('Device', id), withoutNulls({ kind, compliant })),
    entity(uid('Task', task), {}),
    entity(uid('Permission', of.permission), {}),
  ];
}

/** Of somebody who does not ask, the groups are not known. */
const someone = (id: string): Known => entity(uid('User', id), { alias: id.slice(0, id.indexOf(':')) });

const agent = (name: string, owner: string | null): Known =>
  entity(uid('Agent', name), { owner: reference('Group', owner ?? NOBODY) });

const isSame = (one: Known['uid'], other: Known['uid']): boolean =>
  one.type === other.type && one.id === other.id;
