import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Agent } from '../policy/bundle.ts';
import type { TokenRequest } from '../request.ts';
import { type Actor, asVerified, type Binding, type Device, type Proof, type Subject } from './identities.ts';
import { subjectBoundToDevice } from './subject-bound.ts';
import type { IssuerContext } from './verify.ts';

export { subjectBoundToDevice } from './subject-bound.ts';

/**
 * Shows that the tokens belong together (rule 4), and which of the ways held. Three good tokens are not
 * enough: with Alice's leaked token on Mallory's laptop all three are good, and Alice would be blamed for ever.
 *
 * (a) subject → device, (b) actor → subject, (c) enrolled actor → device, (d) proof → request. There is no switch.
 *
 * @throws Fault `keys_unavailable`.
 */
export async function bind(
  parts: {
    readonly request: TokenRequest;
    readonly subject: Subject;
    readonly actor: Actor;
    /** The actor's registration. */
    readonly agent: Agent;
    readonly device: Device;
    readonly proof: Proof;
  },
  context: IssuerContext,
): Promise<Outcome<Binding>> {
  const { request, subject, actor, agent, device, proof } = parts;
  const subjectBy = await subjectBoundToDevice(parts, context);
  if (!subjectBy.ok) return subjectBy;

  const actorBy = actsFor(agent, actor, subject, request.details?.permission ?? null);
  if (actorBy === null) return refuse({ reason: 'actor_not_for_subject', agent: agent.agent });

  if (actor.kind === 'enrolled' && (actor.jkt !== proof.jkt || device.jkt !== proof.jkt)) {
    return refuse({ reason: 'actor_key_mismatch' });
  }
  return allow(
    asVerified<Binding>({
      subject: subjectBy.value,
      actor: actorBy,
      actor_device: actor.kind === 'enrolled' ? 'one_key' : null,
      request: proof.coversBody ? 'bdh' : null,
    }),
  );
}

/**
 * (b): the agent is registered for this user, one of its groups or the permission asked for, or the user's own token
 * names it (RFC 8693 §4.4). Users and groups are spelled as in Cedar: `Subject.id`, `<alias>:<group>`.
 *
 * @param permission - `null` where the request names none, as for the list of permissions: then any that the agent
 *   has will do, and the list asks again for each.
 * @returns which of these held; `null`: none.
 */
export function actsFor(
  agent: Agent,
  actor: Pick<Actor, 'iss' | 'sub'>,
  subject: Pick<Subject, 'id' | 'groups' | 'may_act'>,
  permission: string | null,
): Binding['actor'] | null {
  if (agent.users.includes(subject.id)) return 'user';
  if (agent.groups.some((group) => subject.groups.includes(group))) return 'group';
  const hasPermission =
    permission === null ? agent.permissions.length > 0 : agent.permissions.includes(permission);
  if (hasPermission) return 'permission';
  const { may_act } = subject;
  return may_act !== null && may_act.iss === actor.iss && may_act.sub === actor.sub ? 'may_act' : null;
}
