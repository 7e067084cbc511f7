/** An issued writ as *Authorize Session*, class 3003, activity 3 *Assign Roles*. */
import type { LogFacts } from '../../core/audit/evidence.ts';
import { metadata, type OcsfEvent, objectOf, partitionOf, timestamp } from './ocsf.ts';
import {
  agentOf,
  authorizationsOf,
  delegationOf,
  evidenceOf,
  idpOf,
  sessionOf,
  userOf,
  whyOf,
} from './ocsf-parts.ts';
import type { WritFacts } from './writ-facts.ts';

const CLASS = 3003;
const ASSIGN_ROLES = 3;

/** @returns `null` where no session was issued: then there is none to authorise. */
export function authorizeSession(facts: WritFacts, log: LogFacts, release: string): OcsfEvent | null {
  const { writ, session, why, when } = facts;
  if (when.notBefore === null || session.role === null) return null;
  const { delegation, unmapped } = delegationOf(facts, log);
  return {
    activity_id: ASSIGN_ROLES,
    activity_name: 'Assign Roles',
    category_uid: 3,
    category_name: 'Identity & Access Management',
    class_uid: CLASS,
    class_name: 'Authorize Session',
    type_uid: CLASS * 100 + ASSIGN_ROLES,
    type_name: 'Authorize Session: Assign Roles',
    severity_id: 1,
    severity: 'Informational',
    status_id: 1,
    status: 'Success',
    status_detail: facts.state,
    time: timestamp(when.notBefore),
    message: `Session of ${session.role} issued as writ ${writ}`,
    metadata: metadata(release, ['cloud', 'ai_operation'], { uid: `writ:${writ}` }),
    cloud: {
      provider: 'AWS',
      region: session.region ?? undefined,
      account: objectOf({ uid: session.account ?? undefined }),
      cloud_partition: partitionOf(session.role),
    },
    actor: { user: userOf(facts), idp: idpOf(facts), authorizations: authorizationsOf(facts) },
    user: userOf(facts),
    session: sessionOf(facts),
    iam_roles: [{ uid: session.role }],
    privileges: why.permission === null ? undefined : [why.permission],
    ai_agent: agentOf(facts),
    delegation,
    unmapped: {
      delegation: unmapped,
      evidence: evidenceOf(facts, log),
      writ: { ...whyOf(facts), session_policy: session.sessionPolicy, sts_request_id: session.requestId },
    },
  };
}
