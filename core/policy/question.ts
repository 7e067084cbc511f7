import type { EntityUid, PolicyQuestion } from '../ports.ts';
import type { Details } from '../request.ts';
import { identityTag } from '../session/encode.ts';
import type { Actor, Binding, Device, Subject } from '../tokens/identities.ts';
import { WRIT_ALIAS } from '../tokens/writ-issuer.ts';
import type { Agent } from './bundle.ts';
import type { Chosen } from './choose.ts';

/** What every question needs: who signed in, from where, and when it is now. */
export interface SignedIn {
  readonly subject: Pick<Subject, 'id' | 'alias' | 'groups' | 'auth_time' | 'acr' | 'amr'>;
  /** Source address of the exchange, IPv4 or IPv6. */
  readonly address: string;
  /** NumericDate. */
  readonly now: number;
}

export interface IssueAsked extends SignedIn {
  readonly actor: Pick<Actor, 'kind' | 'id'>;
  /** The actor's registration. */
  readonly agent: Pick<Agent, 'agent' | 'owner'>;
  readonly device: Pick<Device, 'kind' | 'id' | 'compliant'>;
  readonly binding: Pick<Binding, 'subject' | 'actor' | 'actor_device' | 'request'>;
  readonly chosen: { readonly permission: Pick<Chosen['permission'], 'permission'> } & {
    readonly account: Pick<Chosen['account'], 'account'>;
    readonly parameters: Chosen['parameters'];
  };
  readonly details: Pick<Details, 'task' | 'purpose' | 'duration'>;
}

export interface EnrollAsked extends SignedIn {
  /** RFC 7638 thumbprint of the key that asks to be enrolled. */
  readonly jkt: string;
}

/** May this user, with this agent on this device, have this permission for this task? */
export function issueQuestion(asked: IssueAsked): PolicyQuestion {
  const { actor, agent, device, chosen, details } = asked;
  const resource = uid('Permission', chosen.permission.permission);
  return {
    principal: uid('User', asked.subject.id),
    action: uid('Action', 'issue'),
    resource,
    context: {
      ...signIn(asked),
      agent: reference('Agent', agent.agent),
      actor: { kind: actor.kind, id: actor.id },
      device: reference('Device', device.id),
      binding: withoutNulls({ ...asked.binding }),
      // An agent's word is an agent's word: nothing has signed or approved it.
      task: { value: details.task, by: 'declared' },
      purpose: { value: details.purpose, by: 'declared' },
      parameters: { ...chosen.parameters },
      account: chosen.account.account,
      duration: details.duration,
    },
    entities: [
      user(asked.subject),
      entity(uid('Agent', agent.agent), { owner: reference('Group', agent.owner) }),
      entity(uid('Device', device.id), withoutNulls({ kind: device.kind, compliant: device.compliant })),
      entity(resource, {}),
    ],
  };
}

/** May this user enroll this key as a device? */
export function enrollQuestion(asked: EnrollAsked): PolicyQuestion {
  const resource = uid('Device', identityTag(WRIT_ALIAS, asked.jkt));
  return {
    principal: uid('User', asked.subject.id),
    action: uid('Action', 'enroll'),
    resource,
    context: signIn(asked),
    entities: [user(asked.subject), entity(resource, { kind: 'enrolled' })],
  };
}

/** How, whence and when the person signed in: in the context of every question. */
export function signIn({ subject, address, now }: SignedIn): { readonly [key: string]: unknown } {
  return withoutNulls({
    acr: subject.acr,
    amr: unique(subject.amr),
    auth_time: subject.auth_time,
    // A clock ahead of ours by the tolerated seconds is a sign-in just now, not one of the future.
    auth_age: Math.max(0, now - subject.auth_time),
    attended: true,
    address: { __extn: { fn: 'ip', arg: address } },
    now,
    approvals: [],
  });
}

export const user = (subject: SignedIn['subject']) =>
  entity(
    uid('User', subject.id),
    { alias: subject.alias },
    unique(subject.groups).map((group) => uid('Group', group)),
  );

export const uid = (type: string, id: string): EntityUid => ({ type: `Writ::${type}`, id });

export const reference = (type: string, id: string) => ({ __entity: uid(type, id) });

export const entity = (
  uid: EntityUid,
  attrs: { readonly [key: string]: unknown },
  parents: readonly EntityUid[] = [],
) => ({ uid, attrs, parents });

/** Sets have no order: sorted, so that the same facts give the same bytes to hash. */
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** Cedar has no null: what is not known is not there, and `has` asks for it. */
export const withoutNulls = (record: {
  readonly [key: string]: unknown;
}): { readonly [key: string]: unknown } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
