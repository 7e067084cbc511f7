/** The parts that both classes of events have: who, by which agent, in which session, on whose decision. */
import type { LogFacts } from '../../core/audit/evidence.ts';
import { given, objectOf, timestamp } from './ocsf.ts';
import type { WritFacts } from './writ-facts.ts';

/** `type_id` 1: a person's account; `uid` is `<issuer alias>:<subject>`. */
export const userOf = ({ who, writ }: WritFacts) => ({
  uid: who.user ?? `unknown user of writ ${writ}`,
  uid_alt: given(who.subject),
  name: given(who.login),
  email_addr: given(who.email),
  type_id: who.user === null ? 0 : 1,
});

export const idpOf = ({ who }: WritFacts) => objectOf({ uid: given(who.issuer) });

export const agentOf = ({ agent }: WritFacts) =>
  agent.name === null
    ? undefined
    : {
        uid: agent.workload ?? agent.name,
        instance_uid: given(agent.instance),
        name: agent.name,
        type_id: 0,
      };

export const sessionOf = ({ session, when }: WritFacts) =>
  objectOf({
    uid: given(session.sessionName),
    created_time: timestamp(when.notBefore),
    expiration_time: timestamp(when.deadline),
    issuer: given(session.role),
    credential_uid: given(session.accessKeyId),
  });

export const authorizationsOf = ({ decision }: WritFacts) =>
  decision.policies.length === 0
    ? undefined
    : decision.policies.map((uid) => ({
        decision: decision.effect === 'permit' ? 'allow' : 'deny',
        policy: { uid, version: given(decision.bundle), is_applied: true },
      }));

/** `delegation` as far as 1.9.0 has it; the rest is in `unmapped` under the names that are proposed. */
export const delegationOf = ({ writ, why, when, session }: WritFacts, log: LogFacts) => ({
  delegation: {
    uid: writ,
    parent_uid: given(why.parent),
    issuer_uid: log.origin,
    created_time: timestamp(when.requestedAt),
  },
  unmapped: {
    scopes: given(why.permission),
    audience: given(session.account),
    expiration_time: timestamp(when.deadline),
  },
});

/** Leaves are hashes of our records, not of the event around them: so no `attestation_list`, which would say the latter. */
export const evidenceOf = ({ leaves }: WritFacts, log: LogFacts) => ({
  log_origin: log.origin,
  log_size: log.size,
  log_root: log.root,
  log_key: log.key,
  leaves: leaves.map(({ record, index, leaf, proven }) => ({ record, index, leaf, proven })),
});

/** No field of the standard says why. */
export const whyOf = ({ why, decision }: WritFacts) => ({
  ...{ task: why.task, task_by: why.taskBy, purpose: why.purpose, purpose_by: why.purposeBy },
  ...{ permission: why.permission, parameters: why.parameters, place: why.place },
  ...{ authority: why.authority, mandate: why.mandate, approval: why.approval },
  decision_inputs: decision.inputs,
});
